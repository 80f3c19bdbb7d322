// Package idmap works out which user and group ids an ordinary user's user
// namespace has (user_namespaces(7)).
package idmap

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"

	"byhand/internal/kernel"
)

// Map is what uid_map and gid_map of a user namespace get.
type Map struct{ UID, GID string }

// The files that say which ids an ordinary user may hand out besides their own
// (subuid(5), subgid(5)).
const (
	subUIDs = "/etc/subuid"
	subGIDs = "/etc/subgid"
)

// Own is the widest map that this user may have: root inside is the user, and
// from 1 on come the ids that /etc/subuid and /etc/subgid give the user. Only
// newuidmap(1) and newgidmap(1), which are root's, may write such a map. Where
// either is missing, or the user has no such ids, root is the only one inside.
func Own() Map {
	uid, gid := os.Geteuid(), os.Getegid()
	one := Map{UID: fmt.Sprintf("0 %d 1\n", uid), GID: fmt.Sprintf("0 %d 1\n", gid)}
	for _, program := range []string{"newuidmap", "newgidmap"} {
		if _, err := exec.LookPath(program); err != nil {
			return one
		}
	}
	names := []string{strconv.Itoa(uid)}
	if u, err := user.LookupId(names[0]); err == nil {
		names = append(names, u.Username)
	}
	uids, gids := further(subUIDs, names), further(subGIDs, names)
	if uids == "" || gids == "" {
		return one
	}
	return Map{UID: one.UID + uids, GID: one.GID + gids}
}

// further are the lines of a map for the ids of a file; a file that can't be
// read gives nobody any.
func further(file string, names []string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	return lines(string(text), names)
}

// lines reads NAME:FIRST:COUNT, and numbers the ids inside from 1 on. Who has
// both their name and their number in the file has the ids of both.
func lines(text string, names []string) string {
	var b strings.Builder
	inside := uint64(1)
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) != 3 || f[0] != names[0] && f[0] != names[len(names)-1] {
			continue
		}
		first, err := strconv.ParseUint(f[1], 10, 32)
		if err != nil {
			continue
		}
		count, err := strconv.ParseUint(f[2], 10, 32)
		if err != nil || count == 0 || inside+count > 1<<32 {
			continue
		}
		fmt.Fprintf(&b, "%d %d %d\n", inside, first, count)
		inside += count
	}
	return b.String()
}

// Variable tells byhand, in its environment, that its root is an ordinary user
// in a user namespace which byhand has made.
const Variable = "BYHAND_ROOTLESS"

// Inside reports whether this process is in such a namespace. The variable alone
// is not believed: real root's map is all ids.
func Inside() bool {
	if os.Getenv(Variable) == "" {
		return false
	}
	m, err := kernel.UIDMap(0)
	return err == nil && m != "0 0 4294967295"
}
