package sys

import "golang.org/x/sys/unix"

// Unshare is unshare(2) of the calling thread, which then must stay the one
// that its goroutine runs on: see runtime.LockOSThread.
func (t *Tracer) Unshare(flags int) error {
	return t.done("unshare", 0, unix.Unshare(flags), CloneFlags(uintptr(flags)))
}
