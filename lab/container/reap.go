package container

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// reap is --init: we stay the first process, and the program is our child. A
// first process gets no signal that it has no handler for, and inherits every
// orphan, whose end somebody must wait for. Most programs don't expect either.
func (b *builder) reap() (Outcome, error) {
	p, err := b.program()
	if err != nil {
		return Failed(err), nil
	}
	path, err := p.prepare(b.t)
	if err != nil {
		return Failed(err), nil
	}
	came := make(chan os.Signal, 64)
	signal.Notify(came)
	// This thread gives up what the program is not to have, and the program is
	// forked from it. The other threads keep their capabilities, so that nobody
	// inside may look at our memory or at our binary.
	if err := p.confine(b.t); err != nil {
		return Outcome{}, err
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return Outcome{}, fmt.Errorf("prctl PR_SET_DUMPABLE: %w", err)
	}
	// In a group of its own, in the foreground: Ctrl-C is for the program alone.
	attr := &syscall.ProcAttr{Env: p.environment(), Files: []uintptr{0, 1, 2},
		Sys: &syscall.SysProcAttr{Setpgid: true, Foreground: p.TTY}}
	pid, err := syscall.ForkExec(path, p.Argv, attr)
	if err != nil {
		return Failed(fmt.Errorf("exec %s: %w", path, err)), nil
	}
	b.child.Report(Outcome{})
	for s := range came {
		if s == syscall.SIGCHLD {
			if status, ended := collect(pid); ended {
				os.Exit(status)
			}
			continue
		}
		if number, ok := s.(syscall.Signal); ok && number != syscall.SIGURG {
			_ = syscall.Kill(pid, number) // ESRCH: it has just ended
		}
	}
	return Outcome{}, nil
}

// collect waits for every child that has ended, and tells whether the program
// is among them, and its status.
func collect(program int) (status int, ended bool) {
	for {
		var s unix.WaitStatus
		pid, err := unix.Wait4(-1, &s, unix.WNOHANG, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil || pid == 0:
			return status, ended
		case pid == program && s.Signaled():
			status, ended = 128+int(s.Signal()), true
		case pid == program:
			status, ended = s.ExitStatus(), true
		}
	}
}
