package sys

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Flock is flock(2) that waits, also where a signal cuts it off. It says nothing
// to a Tracer: locks are between processes of byhand's.
func Flock(fd, how int) error {
	for {
		if err := unix.Flock(fd, how); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
