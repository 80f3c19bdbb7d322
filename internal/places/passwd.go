package places

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
)

// Account is a line of passwd(5), as far as byhand needs it.
type Account struct {
	// User holds the account's uid and primary gid.
	User
	// Home is the account's home directory.
	Home string
}

// Lookup finds an account by its name, or by its uid where key is a number.
type Lookup func(key string) (Account, error)

// Passwd looks accounts up in a passwd(5) file, normally /etc/passwd, and asks
// getent(1) for those that only a directory service such as LDAP knows.
//
// The package os/user would do the same through the C library, which a static
// binary has not.
func Passwd(ctx context.Context, file string) Lookup {
	return func(key string) (Account, error) {
		text, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Account{}, fmt.Errorf("look up account %q: %w", key, err)
		}
		if account, ok := findAccount(string(text), key); ok {
			return account, nil
		}
		text, err = exec.CommandContext(ctx, "getent", "passwd", key).Output()
		if account, ok := findAccount(string(text), key); ok {
			return account, nil
		}
		// getent(1) exits with 2 for a key that nobody knows, which says no
		// more than the words below.
		if exit := (*exec.ExitError)(nil); err == nil || errors.As(err, &exit) && exit.ExitCode() == 2 {
			return Account{}, fmt.Errorf("look up account %q: neither %s nor getent knows it", key, file)
		}
		return Account{}, fmt.Errorf("look up account %q: not in %s: %w", key, file, err)
	}
}

// findAccount finds the first line of passwd(5) text that key names. Lines
// that can't be read are passed over, as the C library does.
func findAccount(text, key string) (Account, bool) {
	field := 0
	if key != "" && strings.Trim(key, "0123456789") == "" {
		field = 2
	}
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), ":")
		if len(f) != 7 || f[field] != key {
			continue
		}
		uid, uidErr := parseID("uid", f[2])
		gid, gidErr := parseID("gid", f[3])
		if uidErr == nil && gidErr == nil {
			return Account{User: User{UID: uid, GID: gid}, Home: f[5]}, true
		}
	}
	return Account{}, false
}
