package kernel

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Release returns the kernel's release, such as "6.1.0-13-amd64" (uname(2)).
func Release() (string, error) {
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return "", fmt.Errorf("uname: %w", err)
	}
	return unix.ByteSliceToString(uts.Release[:]), nil
}
