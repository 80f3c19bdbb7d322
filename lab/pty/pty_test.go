package pty

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestAProgramTakesItForATerminal(t *testing.T) {
	pair := opened(t)
	if err := Resize(pair.Master, Size{Rows: 33, Columns: 99}); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("sh", "-c", "stty size; tty; read word; echo got $word; exit 3")
	c.Stdin, c.Stdout, c.Stderr = pair.Slave, pair.Slave, pair.Slave
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if err := pair.Slave.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := pair.Master.WriteString("typed\n"); err != nil {
		t.Fatal(err)
	}
	var lines []string
	shown := bufio.NewScanner(pair.Master)
	for shown.Scan() {
		lines = append(lines, shown.Text())
	}
	if err := shown.Err(); !errors.Is(err, unix.EIO) {
		t.Errorf("read of the master after the end = %v; want EIO", err)
	}
	all := strings.Join(lines, "\n")
	for _, want := range []string{"33 99", "/dev/pts/", "got typed"} {
		if !strings.Contains(all, want) {
			t.Errorf("the program showed %q; want %q in it", all, want)
		}
	}
	_ = c.Wait()
	if got := c.ProcessState.ExitCode(); got != 3 {
		t.Errorf("exit status %d; want 3", got)
	}
}

func TestSize(t *testing.T) {
	pair := opened(t)
	want := Size{Rows: 7, Columns: 500}
	if err := Resize(pair.Slave, want); err != nil {
		t.Fatal(err)
	}
	if got, err := SizeOf(pair.Master); got != want || err != nil {
		t.Errorf("SizeOf(master) = %v, %v; want %v", got, err, want)
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := SizeOf(file); !errors.Is(err, unix.ENOTTY) {
		t.Errorf("SizeOf(a file) = %v; want ENOTTY", err)
	}
}

func TestAReadEndsWithItsDeadline(t *testing.T) {
	pair := opened(t)
	if err := pair.Master.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := pair.Master.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Read = %v; want %v", err, os.ErrDeadlineExceeded)
	}
}

func TestOpenNamesWhatIsMissing(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "ptmx")
	if _, err := Open(missing); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), missing) {
		t.Errorf("Open(%s) = %v; want that it is not there", missing, err)
	}
	if _, err := Open(os.DevNull); !errors.Is(err, unix.ENOTTY) {
		t.Errorf("Open(%s) = %v; want ENOTTY", os.DevNull, err)
	}
}

func opened(t *testing.T) Pair {
	t.Helper()
	pair, err := Open("/dev/ptmx")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pair.Close() })
	return pair
}
