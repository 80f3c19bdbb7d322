package control

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/overlay"
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
	return overlay.Open(overlay.Spec{Lower: root.Lower, Upper: root.Upper, Work: root.Work, UserXattr: c.Rootless})
}

// Change is a path that a container changed: "A" added, "C" changed, "D" deleted.
type Change struct{ Kind, Path string }

// String is how Docker's diff writes it.
func (c Change) String() string { return c.Kind + " " + c.Path }

// Diff lists what a container changed of its image's files: what is in its
// upper directory. overlayfs notes there that a file is gone as a character
// device with the numbers 0, 0.
func Diff(b state.Box) ([]Change, error) {
	c, err := b.Config()
	if err != nil {
		return nil, err
	}
	root := b.Root(c)
	var list []Change
	err = filepath.WalkDir(root.Upper, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return ignoreGone(err)
		}
		rel, err := filepath.Rel(root.Upper, path)
		if err != nil || rel == "." {
			return err
		}
		change := Change{Kind: "A", Path: "/" + rel}
		for _, lower := range root.Lower {
			if _, err := os.Lstat(filepath.Join(lower, rel)); err == nil {
				change.Kind = "C"
			}
		}
		var st unix.Stat_t
		if err := unix.Lstat(path, &st); err != nil {
			return fmt.Errorf("lstat %s: %w", path, err)
		}
		if st.Mode&unix.S_IFMT == unix.S_IFCHR && kernel.DeviceOf(st.Rdev) == (kernel.Device{}) {
			change.Kind = "D"
		}
		list = append(list, change)
		return nil
	})
	return list, err
}
