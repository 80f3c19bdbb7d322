// Package sys makes system calls and keeps a record of each, written the way
// strace(1) writes it: what a lesson shows is what was asked of the kernel and
// what the kernel answered, never a text prepared beforehand.
//
// Each function makes exactly the call that it is named after, with the
// arguments it is given; golang.org/x/sys/unix does the rest.
package sys

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// Call is one system call that was made, with its arguments and its result.
type Call struct {
	// PID is the caller's process id as the host sees it; 0 is byhand itself.
	PID int `json:"pid,omitempty"`
	// Name is the system call's name, such as "mount".
	Name string `json:"name"`
	// Args are the arguments in strace's notation.
	Args []string `json:"args"`
	// Ret is the value returned; it is -1 where Errno is set.
	Ret int `json:"ret"`
	// Errno is the error's name, such as "EPERM", or empty.
	Errno string `json:"errno,omitempty"`
	// Text is the error's description, such as "operation not permitted".
	Text string `json:"text,omitempty"`
}

// String renders the call as strace does, without the process id:
// `chroot(".") = 0`, `mount(...) = -1 EPERM (operation not permitted)`.
func (c Call) String() string {
	s := c.Name + "(" + strings.Join(c.Args, ", ") + ")"
	if c.Errno != "" {
		return fmt.Sprintf("%s = -1 %s (%s)", s, c.Errno, c.Text)
	}
	return fmt.Sprintf("%s = %d", s, c.Ret)
}

// Failed reports whether the kernel refused the call.
func (c Call) Failed() bool { return c.Errno != "" }

// Tracer passes each call on to whoever watches. A nil Tracer passes nothing
// on, so that the same functions serve where nobody does.
type Tracer struct{ sink func(Call) }

// NewTracer returns a Tracer that hands every call to sink, in order.
func NewTracer(sink func(Call)) *Tracer { return &Tracer{sink: sink} }

// Report passes on a call that was made elsewhere, such as in a child process.
func (t *Tracer) Report(c Call) {
	if t != nil && t.sink != nil {
		t.sink(c)
	}
}

// done records a call of this process that returned ret and err, and makes
// the error that its caller gets.
func (t *Tracer) done(name string, ret int, err error, args ...string) error {
	errno, _ := err.(unix.Errno)
	return t.Result(name, ret, errno, args...)
}

// Result records a call of this process that another package had to make
// itself, in between fork and exec, where nothing but raw calls will do.
func (t *Tracer) Result(name string, ret int, errno unix.Errno, args ...string) error {
	return t.ResultOf(Call{Name: name, Args: args, Ret: ret}, errno)
}

// ResultOf completes a call with its errno, records it, and makes the error
// that the caller gets; errno 0 is success.
func (t *Tracer) ResultOf(c Call, errno unix.Errno) error {
	if errno == 0 {
		t.Report(c)
		return nil
	}
	c.Ret, c.Errno, c.Text = -1, errnoName(errno), errno.Error()
	t.Report(c)
	return &Error{Call: c, Err: errno}
}

// errnoName is an errno's name in the kernel's headers.
func errnoName(errno unix.Errno) string {
	switch name := unix.ErrnoName(errno); {
	case errno == unix.EOPNOTSUPP: // its other name, ENOTSUP, is the C library's
		return "EOPNOTSUPP"
	case name == "": // such as 524, which bpf(2) may return and no header names
		return fmt.Sprintf("ERRNO_%d", int(errno))
	default:
		return name
	}
}
