package monitor

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"

	"golang.org/x/sys/unix"

	"byhand/lab/process"
	"byhand/lab/state"
)

// Launch starts a monitor for a container, and returns the connection of its
// first client: its first frame is Started or Failed.
func Launch(b state.Box) (net.Conn, error) {
	if err := os.Remove(b.Path(state.StopFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socketpair: %w", err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "socket"), os.NewFile(uintptr(pair[1]), "socket")
	defer ours.Close()
	defer theirs.Close()
	p, err := process.Start(nil, process.Command{Stage: "monitor", Args: Order{Dir: b.Dir}, Files: []*os.File{theirs}})
	if err != nil {
		return nil, fmt.Errorf("start a monitor for container %.12s: %w", b.ID, err)
	}
	// It is never waited for: it outlives us, or ends shortly before we do.
	p.Release()
	return net.FileConn(ours)
}

// Dial connects to the monitor of a container that runs.
func Dial(b state.Box) (net.Conn, error) {
	// A socket's path may have 107 bytes only: it is named from the directory.
	dir, err := os.Open(b.Dir)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	conn, err := net.Dial("unix", fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), socketName))
	if err != nil {
		return nil, fmt.Errorf("attach to container %.12s: %w", b.ID, err)
	}
	return conn, nil
}
