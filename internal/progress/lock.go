package progress

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// lock waits until no other process updates the state. The kernel drops the
// lock with the last descriptor, so a process that is killed leaves none.
//
// The lock has a file to itself because the state's own is replaced: whoever
// waited for that would hold a file that is gone. For the same reason the lock
// file is never removed.
func lock(root *os.Root) (unlock func(), err error) {
	// NFS turns flock(2) into a lock that needs a descriptor open for writing.
	f, err := root.OpenFile(lockName, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("flock %s: %w", lockName, err)
	}
	return func() { f.Close() }, nil
}
