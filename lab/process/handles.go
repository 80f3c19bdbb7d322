package process

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// handles are the descriptors shared with a child: three pipes, this binary,
// the process joined, and /dev/null for what the command left out.
type handles struct {
	startR, startW   *os.File
	reportR, reportW *os.File
	statusR, statusW *os.File
	exe, joined      *os.File
	null             *os.File
}

// plan opens what the child needs and lays it out for fork.
func (h *handles) plan(c Command, traced bool) (*plan, error) {
	var errs [3]error
	h.startR, h.startW, errs[0] = os.Pipe()
	h.reportR, h.reportW, errs[1] = os.Pipe()
	h.statusR, h.statusW, errs[2] = os.Pipe()
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("make pipes: %w", err)
	}
	var err error
	open := ownProgram
	if c.Bare {
		open = func() (*os.File, error) { return os.Open("/proc/self/exe") }
	}
	if c.program != nil {
		open = c.program
	}
	if h.exe, err = open(); err != nil {
		return nil, err
	}
	if h.null, err = os.OpenFile(os.DevNull, os.O_RDWR, 0); err != nil {
		return nil, err
	}
	p := &plan{clone: c.Clone, join: c.Join, start: h.startR.Fd(), starter: h.startW.Fd(), status: h.statusW.Fd(), exe: h.exe.Fd()}
	if c.Join != 0 {
		fd, err := unix.PidfdOpen(c.JoinPID, 0)
		if err != nil {
			return nil, fmt.Errorf("pidfd_open(%d): %w", c.JoinPID, err)
		}
		h.joined = os.NewFile(uintptr(fd), "pidfd")
		p.pidfd = uintptr(fd)
	}

	keep := []*os.File{h.startR, h.reportW, or(c.Stdin, h.null), or(c.Stdout, h.null), or(c.Stderr, h.null)}
	keep = append(keep, c.Files...)
	if len(keep) > len(p.keep) {
		return nil, fmt.Errorf("%d files passed; at most %d", len(c.Files), len(p.keep)-5)
	}
	var fds []string
	for i, f := range keep {
		p.keep[i] = f.Fd()
		fds = append(fds, strconv.Itoa(int(f.Fd())))
	}
	p.kept = len(keep)

	argv, err := syscall.SlicePtrFromStrings([]string{os.Args[0]})
	if err != nil {
		return nil, err
	}
	envp, err := syscall.SlicePtrFromStrings(environment(c, traced, fds))
	if err != nil {
		return nil, fmt.Errorf("environment: %w", err)
	}
	p.argv, p.envp, p.empty = &argv[0], &envp[0], new(byte)
	return p, nil
}

func or(f, other *os.File) *os.File {
	if f == nil {
		return other
	}
	return f
}

// closeChildSide closes what only the child needs.
func (h *handles) closeChildSide() {
	closeAll(h.startR, h.reportW, h.statusW, h.exe, h.joined, h.null)
}

// closeParentSide closes what the parent would need if there were a child.
func (h *handles) closeParentSide() {
	closeAll(h.startW, h.reportR, h.statusR)
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			_ = f.Close() // a second close is an error without an effect
		}
	}
}
