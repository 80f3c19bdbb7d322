package sandbox

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"byhand/lab/bench"
)

// TestSay says a line to a pipe that is read, and to one whose reader is gone:
// that is an error, and at once.
func TestSay(t *testing.T) {
	b, err := bench.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pipe := b.Path("in")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(pipe, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := Say(b, "echo hello"); err != nil {
		t.Errorf("Say to a pipe that is read = %v; want nil", err)
	}
	heard := make([]byte, 64)
	n, err := reader.Read(heard)
	if got := string(heard[:n]); err != nil || got != "echo hello\n" {
		t.Errorf("the reader heard %q, %v; want the line", got, err)
	}
	reader.Close()

	said := make(chan error, 1)
	go func() { said <- Say(b, "echo hello") }()
	select {
	case err := <-said:
		if !errors.Is(err, unix.ENXIO) || !strings.Contains(err.Error(), "no shell reads "+pipe) {
			t.Errorf("Say to a pipe that nobody reads = %v; want ENXIO, and to hear that no shell reads %s", err, pipe)
		}
	case <-time.After(5 * time.Second):
		t.Error("Say to a pipe that nobody reads waits; want an error at once")
	}
}
