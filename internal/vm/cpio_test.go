package vm

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCpio has cpio(1) read the archive.
func TestCpio(t *testing.T) {
	program, err := exec.LookPath("cpio")
	if err != nil {
		t.Skip("cpio is not installed: apt-get install cpio")
	}
	var archive bytes.Buffer
	c := &cpio{w: &archive}
	c.add("bin", typeDir|0o755, nil)
	// Names and contents of every length modulo four, which is what is filled up to.
	files := map[string]string{"bin/a": "", "bin/ab": "1", "bin/abc": "12", "bin/abcd": "123", "bin/abcde": "1234"}
	for name, content := range files {
		c.add(name, typeFile|0o640, []byte(content))
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	unpack := exec.Command(program, "--extract", "--quiet", "--no-preserve-owner")
	unpack.Dir, unpack.Stdin = dir, &archive
	if out, err := unpack.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("cpio = %v, %q", err, out)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != want {
			t.Errorf("%s = %q, %v; want %q", name, got, err, want)
		}
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode() != 0o640 {
			t.Errorf("mode of %s = %v, %v; want 0640", name, info.Mode(), err)
		}
	}
}

// TestCpioHeader compares with the format's description, field by field.
func TestCpioHeader(t *testing.T) {
	var archive bytes.Buffer
	c := &cpio{w: &archive}
	c.add("init", typeFile|0o755, []byte("hello"))
	want := strings.Join([]string{"070701", "00000001", "000081ed", "00000000", "00000000", "00000001", "00000000",
		"00000005", "00000000", "00000000", "00000000", "00000000", "00000005", "00000000"}, "") + "init\x00\x00hello\x00\x00\x00"
	// The header's 110 bytes and the name's 5 are filled up to 116.
	if got := archive.String(); got != want {
		t.Errorf("cpio = %q; want %q", got, want)
	}
}

// full is a disk that is full.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestCpioTellsOfErrors(t *testing.T) {
	c := &cpio{w: full{}}
	c.add("init", typeFile, nil)
	if err := c.close(); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("close() = %v; want %v", err, io.ErrShortWrite)
	}
}
