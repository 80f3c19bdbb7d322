package network

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Of opens the network namespace of a process. While it is open the namespace
// stays, even when the process has ended.
func Of(pid int) (*os.File, error) {
	ns, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", pid))
	if err != nil {
		return nil, fmt.Errorf("open the network namespace of process %d: %w", pid, err)
	}
	return ns, nil
}

// In calls do in the network namespace ns, on a thread of its own: every
// thread has its own place in the namespaces (setns(2)). It needs
// CAP_SYS_ADMIN here and over ns; who has none outside, as an ordinary user,
// runs a stage in a process that joined the user namespace too.
//
// do must not start goroutines that make sockets: those are elsewhere.
func In(t *sys.Tracer, ns *os.File, do func() error) error {
	result := make(chan error)
	go aside(result, func() error {
		back, err := os.Open("/proc/thread-self/ns/net")
		if err != nil {
			return err
		}
		defer back.Close()
		if err := t.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
			return err
		}
		err = do()
		if e := unix.Setns(int(back.Fd()), unix.CLONE_NEWNET); e != nil {
			// Nobody else may find themself on this thread: it ends here.
			runtime.LockOSThread()
			err = errors.Join(err, fmt.Errorf("setns back: %w", e))
		}
		return err
	})
	return <-result
}

// aside runs do on a thread that is not the process's first: that one stands
// for the process in /proc/PID, and does not end with its goroutine.
func aside(result chan<- error, do func() error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if unix.Gettid() != os.Getpid() {
		result <- do()
		return
	}
	other := make(chan error)
	go aside(other, do) // not here: this thread is ours until we let it go
	result <- <-other
}

// Loopback sets up lo, which is down in a new network namespace, so that what
// is inside can speak to itself.
func Loopback(t *sys.Tracer) error { return with(t, func(c *Conn) error { return c.Up("lo") }) }

// with opens a line to the namespace that the caller is in, for do.
func with(t *sys.Tracer, do func(*Conn) error) error {
	c, err := Open(t)
	if err != nil {
		return err
	}
	return errors.Join(do(c), c.Close())
}
