package sys

import "golang.org/x/sys/unix"

// Chroot is chroot(2).
func (t *Tracer) Chroot(path string) error {
	return t.done("chroot", 0, unix.Chroot(path), quote(path))
}

// Chdir is chdir(2).
func (t *Tracer) Chdir(path string) error {
	return t.done("chdir", 0, unix.Chdir(path), quote(path))
}

// Fchdir is fchdir(2).
func (t *Tracer) Fchdir(fd int) error {
	return t.done("fchdir", 0, unix.Fchdir(fd), decimal(fd))
}

// PivotRoot is pivot_root(2).
func (t *Tracer) PivotRoot(newRoot, putOld string) error {
	return t.done("pivot_root", 0, unix.PivotRoot(newRoot, putOld), quote(newRoot), quote(putOld))
}
