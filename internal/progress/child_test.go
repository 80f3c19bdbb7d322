package progress

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// jobVar asks this test binary to do one of jobs in a process of its own, in
// the directory that dirVar names.
const jobVar, dirVar = "BYHAND_TEST_JOB", "BYHAND_TEST_DIR"

// cannot is the exit status of a job that the machine does not permit.
const cannot = 77

// jobs are what a child process can be asked for.
var jobs = map[string]func(Store) error{
	"ten updates": tenUpdates,
	"updates":     endlessUpdates,
	"full disk":   fullDisk,
	"size limit":  sizeLimit,
}

func TestMain(m *testing.M) {
	name := os.Getenv(jobVar)
	if name == "" {
		os.Exit(m.Run())
	}
	job, ok := jobs[name]
	if !ok {
		job = func(Store) error { return fmt.Errorf("no job %q", name) }
	}
	if err := job(Store{Dir: os.Getenv(dirVar), Owner: me}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		if errors.Is(err, errCannot) {
			os.Exit(cannot)
		}
		os.Exit(1)
	}
	os.Exit(0)
}

// errCannot marks what the machine does not permit.
var errCannot = errors.New("this machine does not permit it")

// child prepares a process that does a job.
func child(t *testing.T, s Store, job string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe")
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(os.Environ(), jobVar+"="+job, dirVar+"="+s.Dir)
	cmd.Stderr = new(strings.Builder)
	return cmd
}

// tenUpdates counts ten attempts.
func tenUpdates(s Store) error {
	for range 10 {
		if notice, err := s.Update(begin); err != nil || notice != "" {
			return fmt.Errorf("update: notice %q: %w", notice, err)
		}
	}
	return nil
}

// endlessUpdates counts attempts, and writes a byte for each that is kept.
func endlessUpdates(s Store) error {
	for {
		if notice, err := s.Update(begin); err != nil || notice != "" {
			return fmt.Errorf("update: notice %q: %w", notice, err)
		}
		if _, err := os.Stdout.Write([]byte{'.'}); err != nil {
			return err
		}
	}
}

// fullDisk updates a state on a tmpfs that is too small. The process has a
// mount namespace of its own.
func fullDisk(s Store) error {
	// Without this, the mount might propagate to where we came from.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w: %w", err, errCannot)
	}
	if err := unix.Mount("tmpfs", s.Dir, "tmpfs", 0, "size=256k,mode=700"); err != nil {
		return fmt.Errorf("mount tmpfs: %w: %w", err, errCannot)
	}
	return outgrow(s, unix.ENOSPC)
}

// sizeLimit updates a state that may not grow.
func sizeLimit(s Store) error {
	// The signal would end the process; ignored, it leaves EFBIG.
	signal.Ignore(unix.SIGXFSZ)
	limit := unix.Rlimit{Cur: 256 << 10, Max: 256 << 10}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		return fmt.Errorf("setrlimit: %w", err)
	}
	return outgrow(s, unix.EFBIG)
}

// outgrow wants an update of a megabyte to fail with errno and leave no trace,
// and small ones to go on.
func outgrow(s Store, errno unix.Errno) error {
	if _, err := s.Update(begin); err != nil {
		return err
	}
	before, err := os.ReadFile(s.Dir + "/" + fileName)
	if err != nil {
		return err
	}
	_, err = s.Update(func(state *State) error {
		return state.Put("huge", Record{Kernel: strings.Repeat("x", 1<<20)})
	})
	if !errors.Is(err, errno) {
		return fmt.Errorf("Update with a megabyte = %w; want %w", err, errno)
	}
	after, err := os.ReadFile(s.Dir + "/" + fileName)
	if err != nil || string(after) != string(before) {
		return fmt.Errorf("after %w the file holds %q, %w; want %q", errno, after, err, before)
	}
	if _, err := os.Lstat(s.Dir + "/" + newName); err == nil {
		return fmt.Errorf("%w left %s behind", errno, newName)
	}
	if _, err := s.Update(begin); err != nil {
		return fmt.Errorf("small update after %w: %w", errno, err)
	}
	return nil
}
