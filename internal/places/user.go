package places

import (
	"fmt"
	"strconv"
)

// User is whose files State holds.
type User struct {
	// UID and GID own the files, as chown(2) takes them.
	UID, GID int
}

// invoker tells who started the process, and whether by sudo or doas.
//
// The variables are heeded for root only: they are not proof of anything, but
// root can become any user anyway, and another user can't give files away.
func invoker(env func(string) string, euid, egid int, lookup Lookup) (user User, raised bool, err error) {
	user = User{UID: euid, GID: egid}
	if euid != 0 {
		return user, false, nil
	}
	if env("SUDO_UID") != "" {
		if user.UID, err = parseID("SUDO_UID", env("SUDO_UID")); err != nil {
			return User{}, false, err
		}
		if user.GID, err = parseID("SUDO_GID", env("SUDO_GID")); err != nil {
			return User{}, false, err
		}
		return user, user.UID != 0, nil
	}
	// doas(1) passes on the name alone.
	if name := env("DOAS_USER"); name != "" {
		account, err := lookup(name)
		if err != nil {
			return User{}, false, fmt.Errorf("find DOAS_USER: %w", err)
		}
		return account.User, account.UID != 0, nil
	}
	return user, false, nil
}

// parseID reads a uid or gid. The largest number of 32 bits is none: as -1 it
// means "leave as it is" to chown(2).
func parseID(name, text string) (int, error) {
	id, err := strconv.ParseUint(text, 10, 32)
	if err != nil || id == 1<<32-1 {
		return 0, fmt.Errorf("read %s: %q is not an id", name, text)
	}
	return int(id), nil
}
