package sys

import "golang.org/x/sys/unix"

// Sethostname is sethostname(2).
func (t *Tracer) Sethostname(name string) error {
	return t.done("sethostname", 0, unix.Sethostname([]byte(name)), quote(name), decimal(len(name)))
}

// Setdomainname is setdomainname(2).
func (t *Tracer) Setdomainname(name string) error {
	return t.done("setdomainname", 0, unix.Setdomainname([]byte(name)), quote(name), decimal(len(name)))
}
