package oci

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// wait holds until somebody connects to say start, and executes the program.
// The connection closes with that; what keeps it from being executed is
// written there first.
func (i *first) wait(path string) error {
	listener := i.files[fileStart]
	fd, err := accept(int(listener.Fd()))
	if err != nil {
		return fmt.Errorf("wait to be started: accept: %w", err)
	}
	conn := os.NewFile(uintptr(fd), "start")
	_ = listener.Close()
	err = i.become(path)
	fmt.Fprint(conn, err)
	_ = conn.Close()
	return err
}

func accept(listener int) (int, error) {
	// The listener may not block, as Go's listeners don't.
	if err := unix.SetNonblock(listener, false); err != nil {
		return -1, err
	}
	for {
		fd, _, err := unix.Accept4(listener, unix.SOCK_CLOEXEC)
		if !errors.Is(err, unix.EINTR) {
			return fd, err
		}
	}
}

// become executes the program, and returns only where that fails.
func (i *first) become(path string) error {
	if h := i.Spec.Hooks; h != nil {
		state := i.State
		state.Pid, state.Status = os.Getpid(), "created"
		if err := runHooks("startContainer", h.StartContainer, state); err != nil {
			return err
		}
	}
	if i.Spec.Process == nil {
		return errors.New("the configuration has no process to start")
	}
	return execute(i.t, i.Spec.Process, path, i.Filter)
}
