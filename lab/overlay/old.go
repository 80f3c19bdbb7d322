package overlay

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// mountOld mounts the pile by mount(2), whose options must fit in one page.
// So the thread first enters the directory that all layers lie in, and names
// them from there, as containerd does. The working directory is a property of
// the process unless its thread unshares it; such a thread is good for nothing
// else, and ends with its goroutine.
func mountOld(s Spec, target string) error {
	target, err := filepath.Abs(target)
	if err != nil {
		return err
	}
	return onOwnThread(unix.CLONE_FS, func() error { return mountFrom(s, target) })
}

// mountFrom is mountOld's part on the thread whose working directory is its own.
func mountFrom(s Spec, target string) error {
	dir, data := s.data()
	if len(data) >= os.Getpagesize() {
		return fmt.Errorf("the names of the layers take %d bytes; before Linux 6.7 overlayfs takes one page of %d", len(data), os.Getpagesize())
	}
	if err := unix.Chdir(dir); err != nil {
		return fmt.Errorf("chdir %s: %w", dir, err)
	}
	if err := unix.Mount("overlay", target, "overlay", 0, data); err != nil {
		return fmt.Errorf("mount overlay at %s: %w", target, err)
	}
	return nil
}

// openOld mounts the pile in a mount namespace of one thread, opens it, and
// lets the thread end, with which the namespace ends: what remains of the mount
// is the open descriptor.
func openOld(s Spec) (fd int, err error) {
	err = onOwnThread(unix.CLONE_FS|unix.CLONE_NEWNS, func() error {
		// Else the mount would appear in the machine's own namespace too.
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			return fmt.Errorf("make mounts private: %w", err)
		}
		// Any directory serves to mount it on, in a namespace that nobody shares.
		if err := mountFrom(s, s.Lower[0]); err != nil {
			return err
		}
		fd, err = unix.Open(s.Lower[0], unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		return err
	})
	return fd, err
}

// onOwnThread calls f on a thread that shares less with the others, and ends.
func onOwnThread(unshare int, f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked, so that the thread ends here
		err := unix.Unshare(unshare)
		if err != nil {
			err = fmt.Errorf("unshare %#x: %w", unshare, err)
		} else {
			err = f()
		}
		done <- err
	}()
	return <-done
}

// data returns the options of mount(2) and the directory that their relative
// names count from.
func (s Spec) data() (dir, data string) {
	dir = filepath.Dir(s.Lower[0])
	var lower []string
	for _, l := range s.Lower {
		lower = append(lower, escape(nameFrom(dir, l)))
	}
	parts := []string{"lowerdir=" + strings.Join(lower, ":")}
	if s.Upper != "" {
		parts = append(parts, "upperdir="+escape(nameFrom(dir, s.Upper)), "workdir="+escape(nameFrom(dir, s.Work)))
	}
	for _, o := range s.options() {
		if o.value == "" {
			parts = append(parts, o.key)
		} else {
			parts = append(parts, o.key+"="+o.value)
		}
	}
	return dir, strings.Join(parts, ",")
}

// nameFrom names path from dir if it is just below, else as it is.
func nameFrom(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// escape marks the bytes by which overlayfs divides options and layers.
func escape(path string) string {
	return strings.NewReplacer(`\`, `\\`, ",", `\,`, ":", `\:`).Replace(path)
}
