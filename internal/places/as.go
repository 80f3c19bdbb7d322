package places

import (
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// Do runs f with file access as the user's: what f makes belongs to the user,
// and what the user may not open, f may not. For root this is setfsuid(2),
// which was made for file servers; it also lays down CAP_DAC_OVERRIDE and its
// kin. A chown after the fact would leave a moment in which files are root's,
// and would let links in the user's directories lead root anywhere.
//
// Only the calling thread changes, so f must not start goroutines that open
// files. Do may be called within Do.
func (u User) Do(f func() error) (err error) {
	if unix.Geteuid() == u.UID {
		return f()
	}
	runtime.LockOSThread()
	gid, gidErr := setFSGID(u.GID)
	uid, uidErr := setFSUID(u.UID)
	defer func() {
		_, uidErr := setFSUID(uid)
		_, gidErr := setFSGID(gid)
		if restore := errors.Join(uidErr, gidErr); restore != nil {
			// A thread still locked is ended together with its goroutine,
			// so that no other goroutine inherits the wrong ids.
			err = errors.Join(err, restore)
			return
		}
		runtime.UnlockOSThread()
	}()
	if err := errors.Join(gidErr, uidErr); err != nil {
		return err
	}
	return f()
}

// setFSUID changes the calling thread's filesystem uid and returns the old one.
func setFSUID(uid int) (int, error) { return setFS("setfsuid", unix.SetfsuidRetUid, uid) }

// setFSGID is setFSUID for the gid.
func setFSGID(gid int) (int, error) { return setFS("setfsgid", unix.SetfsgidRetGid, gid) }

// setFS makes one of the two calls. They report no failure: each returns the
// old id whatever it did, so a second call with the impossible id -1 tells
// what the id is now.
func setFS(name string, call func(int) (int, error), id int) (old int, err error) {
	old, err = call(id)
	if err != nil {
		return old, fmt.Errorf("%s %d: %w", name, id, err)
	}
	now, err := call(-1)
	if err != nil {
		return old, fmt.Errorf("%s %d: %w", name, id, err)
	}
	if now != id {
		return old, fmt.Errorf("%s %d: the id is still %d: %w", name, id, now, unix.EPERM)
	}
	return old, nil
}
