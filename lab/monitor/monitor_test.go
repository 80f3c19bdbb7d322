package monitor

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"byhand/lab/container"
	"byhand/lab/state"
)

func TestFrames(t *testing.T) {
	var line bytes.Buffer
	sent := []string{"", "x", strings.Repeat("long", 10000)}
	for _, content := range sent {
		if err := WriteFrame(&line, Stdout, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range sent {
		kind, got, err := ReadFrame(&line)
		if kind != Stdout || string(got) != want || err != nil {
			t.Errorf("ReadFrame = %c, %.10q, %v; want %c, %.10q", kind, got, err, Stdout, want)
		}
	}
	// One that says it is endless takes no memory.
	head := binary.BigEndian.AppendUint32([]byte{byte(Input)}, 1<<31)
	if _, _, err := ReadFrame(bytes.NewReader(head)); err == nil {
		t.Error("ReadFrame of 2 GiB = nil; want an error")
	}
	if _, _, err := ReadFrame(strings.NewReader("i\x00\x00\x00\x09short")); err == nil {
		t.Error("ReadFrame of one that is cut = nil; want an error")
	}
}

// read returns the lines of a log's file.
func read(t *testing.T, path string) (lines []string) {
	t.Helper()
	err := readOld(path, func(l Line) error {
		lines = append(lines, l.Stream+": "+l.Log)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestJournalWritesWholeLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.json")
	j, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	j.write("stdout", []byte("be"))
	j.write("stderr", []byte("other\n"))
	j.write("stdout", []byte("gun\ntwo\nrest"))
	j.write("stdout", []byte(strings.Repeat("x", longLine+10)))
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	got := read(t, path)
	long := strings.Repeat("x", longLine-4)
	want := []string{"stderr: other\n", "stdout: begun\n", "stdout: two\n", "stdout: rest" + long, "stdout: " + strings.Repeat("x", 14)}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the log = %.200q; want %.200q", got, want)
	}
}

// TestJournalIsPutAside keeps the last files only, and no line is cut.
func TestJournalIsPutAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.json")
	j, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	j.size = 500
	for i := range 100 {
		j.write("stdout", fmt.Appendf(nil, "line %d\n", i))
	}
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(path + "*")
	if len(files) != logFiles {
		t.Errorf("files = %q; want %d", files, logFiles)
	}
	var all []string
	for i := logFiles - 1; i >= 0; i-- {
		if info, err := os.Stat(logFile(path, i)); err != nil || info.Size() > 500 {
			t.Errorf("file %d = %v, %v; want at most 500 bytes", i, info, err)
		}
		all = append(all, read(t, logFile(path, i))...)
	}
	for i, line := range all {
		if want := fmt.Sprintf("stdout: line %d\n", 100-len(all)+i); line != want {
			t.Errorf("line %d from the end = %q; want %q", len(all)-i, line, want)
		}
	}
}

func TestEtc(t *testing.T) {
	bridged := container.Config{Network: "bridge", Hostname: "box", Hosts: []string{"db:192.0.2.5"}, DNS: []string{"192.0.2.53"}}
	alone := container.Config{Network: "none", Hostname: "box", DNS: []string{"192.0.2.53", "192.0.2.54"}}
	for _, test := range []struct{ what, got, want string }{
		{"resolv.conf on the bridge", resolv(bridged), "nameserver " + state.NameServer + "\n"},
		{"resolv.conf of one alone", resolv(alone), "nameserver 192.0.2.53\nnameserver 192.0.2.54\n"},
		{"hosts on the bridge", hosts(bridged, state.Address{IP: "10.201.0.2"}), "192.0.2.5\tdb\n10.201.0.2\tbox\n"},
	} {
		if !strings.Contains(test.got, test.want) {
			t.Errorf("%s = %q; want in it %q", test.what, test.got, test.want)
		}
	}
	kept, servers := withoutLoopback("nameserver 127.0.0.53\nnameserver ::1\nnameserver 192.0.2.1\nsearch example.org\n")
	if want := "nameserver 192.0.2.1\nsearch example.org\n"; kept != want || servers != 1 {
		t.Errorf("withoutLoopback = %q, %d; want %q, 1", kept, servers, want)
	}
}
