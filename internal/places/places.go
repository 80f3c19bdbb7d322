// Package places knows where byhand keeps its files and for whom: under sudo
// they belong to the person who typed sudo, not to root.
//
// The directories follow the XDG Base Directory Specification.
package places

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// Places are the directories that byhand writes to.
type Places struct {
	// State holds what must outlive a run and is small, such as progress.
	State string
	// Benches holds the sandboxes that lessons build, which may be large.
	Benches string
	// Lab holds the engine's containers and images.
	Lab string
}

// rootLab is where root's containers lie, for the same reason.
const rootLab = rootBenches + "/lab"

// rootBenches is where root's sandboxes lie: the Filesystem Hierarchy Standard
// gives a program's variable data /var/lib/NAME.
const rootBenches = "/var/lib/byhand"

// homeState stands in messages for the directory of a user without a home.
const homeState = "~/.local/state/byhand"

// Find tells from the environment and the effective ids of a process where its
// files lie and whose they are. It makes nothing.
//
// BYHAND_HOME names all places. Otherwise State is byhand in the invoking
// user's XDG_STATE_HOME or ~/.local/state, and Benches and Lab lie in State, or
// in /var/lib for root.
func Find(env func(string) string, euid, egid int, lookup Lookup) (Places, User, error) {
	user, raised, err := invoker(env, euid, egid, lookup)
	if err != nil {
		return Places{}, User{}, err
	}
	if dir := env("BYHAND_HOME"); dir != "" {
		dir, err := filepath.Abs(dir)
		if err != nil {
			return Places{}, User{}, fmt.Errorf("find BYHAND_HOME: %w", err)
		}
		return Places{State: dir, Benches: filepath.Join(dir, "bench"), Lab: filepath.Join(dir, "lab")}, user, nil
	}
	home := env("HOME")
	if raised {
		// Whether sudo keeps HOME or sets it to root's depends on its
		// configuration, so the account's own is asked for.
		account, err := lookup(strconv.Itoa(user.UID))
		if err != nil {
			return Places{}, User{}, Unusable(homeState, err)
		}
		home = account.Home
	}
	base, err := stateHome(env("XDG_STATE_HOME"), home, raised)
	if err != nil {
		return Places{}, User{}, err
	}
	found := Places{State: filepath.Join(base, "byhand")}
	found.Benches, found.Lab = filepath.Join(found.State, "bench"), filepath.Join(found.State, "lab")
	if euid == 0 {
		found.Benches, found.Lab = rootBenches, rootLab
	}
	return found, user, nil
}

// stateHome chooses the directory that holds every program's state.
func stateHome(xdg, home string, raised bool) (string, error) {
	// The specification wants a relative path ignored. Across sudo the
	// variable may be root's own, so it counts only inside the user's home.
	if filepath.IsAbs(xdg) && (!raised || inside(home, xdg)) {
		return filepath.Clean(xdg), nil
	}
	if home == "" && !raised {
		return "", Unusable(homeState, errors.New("HOME is not set"))
	}
	if !filepath.IsAbs(home) {
		return "", Unusable(homeState, fmt.Errorf("the home directory %q is not an absolute path", home))
	}
	// A home that does not exist, as service accounts have, is not for us to make.
	info, err := os.Stat(home)
	if err != nil {
		return "", Unusable(home, err)
	}
	if !info.IsDir() {
		return "", Unusable(home, errors.New("the home directory is not a directory"))
	}
	return filepath.Join(home, ".local", "state"), nil
}

// inside reports whether path is dir or lies in it, by name.
func inside(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// Unusable says that byhand can't use a directory, why, and how to name
// another; it wraps err.
func Unusable(dir string, err error) error {
	return fmt.Errorf("use directory %s: %w; BYHAND_HOME=DIR can name another", dir, err)
}
