package image

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"byhand/internal/kernel"
)

// mostMemory is what an export may ever hold, however large the tree, in kB.
const mostMemory = 64 << 10

// envMeasure names the tree that TestMemoryOfAChild exports, and how.
const envMeasure = "BYHAND_TEST_MEASURE"

// TestMemoryOfExport exports 2 GB, 256 MB with -short, in a process of its own,
// and asks the kernel for the most memory that it ever held. The same process
// without the stream, which reads the content whole, is the control.
func TestMemoryOfExport(t *testing.T) {
	files, size := 32, 64<<20
	if testing.Short() {
		files = 4
	}
	dir := t.TempDir()
	// None of it is a hole, which would not be read.
	content := bytes.Repeat([]byte("some text "), size/10+1)[:size]
	for i := range files {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	read, held := measure(t, "stream", dir)
	if want := int64(files) * int64(size); read != want {
		t.Errorf("Export read %d bytes; want %d", read, want)
	}
	if held >= mostMemory {
		t.Errorf("Export of %d MB held %d kB at most; want less than %d", read>>20, held, mostMemory)
	}
	if _, whole := measure(t, "whole", dir); whole < mostMemory {
		t.Errorf("to read %d MB whole held %d kB; want more than %d, or nothing is measured here", 2*size>>20, whole, mostMemory)
	}
	t.Logf("%d MB exported with %d kB at most", read>>20, held)
}

// measure runs TestMemoryOfAChild, and returns how many bytes it read and how
// many kB it held at most.
func measure(t *testing.T, how, dir string) (bytes, kB int64) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run=^TestMemoryOfAChild$", "-test.v")
	c.Env = append(os.Environ(), envMeasure+"="+how+":"+dir)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("the child that measures: %v\n%s", err, out)
	}
	_, line, _ := strings.Cut(string(out), "measured ")
	if _, err := fmt.Sscan(line, &bytes, &kB); err != nil {
		t.Fatalf("the child that measures said %q", out)
	}
	return bytes, kB
}

// TestMemoryOfAChild is the process that measure starts; by itself it is none.
func TestMemoryOfAChild(t *testing.T) {
	how, dir, found := strings.Cut(os.Getenv(envMeasure), ":")
	if !found {
		t.Skip("it is for TestMemoryOfExport to start")
	}
	var read int64
	var whole bytes.Buffer
	if how == "whole" {
		for _, name := range []string{"0", "1"} {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			read += int64(len(text))
			whole.Write(text)
		}
	} else {
		sum, err := Export(t.Context(), io.Discard, dir, ExportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		read = sum.Bytes
	}
	most, err := kernel.StatusField(os.Getpid(), "VmHWM")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("measured", read, strings.TrimSuffix(most, " kB"))
}
