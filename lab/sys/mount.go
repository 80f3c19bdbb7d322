package sys

import "golang.org/x/sys/unix"

// Mount is mount(2).
func (t *Tracer) Mount(source, target, fstype string, flags uintptr, data string) error {
	err := unix.Mount(source, target, fstype, flags, data)
	// x/sys/unix passes data as a NULL pointer where it is empty.
	return t.done("mount", 0, err, quote(source), quote(target), quote(fstype), mountFlags(flags), quoteOrNull(data))
}
