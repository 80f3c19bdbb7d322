package control

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"byhand/lab/state"
)

// OpenRoot opens the root of a container: where it runs, as its first process
// sees it, otherwise its layers, stacked for as long as the file is open.
func OpenRoot(b state.Box) (*os.File, error) {
	s, err := b.Status()
	if err != nil {
		return nil, err
	}
	if s.Running() {
		return os.OpenFile(fmt.Sprintf("/proc/%d/root", s.PID), unix.O_PATH|unix.O_DIRECTORY, 0)
	}
	c, err := b.Config()
	if err != nil {
		return nil, err
	}
	root := b.Root(c)
	if err := root.Make(); err != nil { // it may never have been started
		return nil, err
	}
	return root.Open(c.Rootless)
}
