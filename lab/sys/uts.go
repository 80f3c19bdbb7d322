package sys

import "golang.org/x/sys/unix"

// Sethostname is sethostname(2).
func (t *Tracer) Sethostname(name string) error {
	return t.done("sethostname", 0, unix.Sethostname([]byte(name)), quote(name), decimal(len(name)))
}
