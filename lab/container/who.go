package container

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Who is who a program runs as.
type Who struct {
	// UID and GID are its ids, Groups further ones.
	UID, GID int
	Groups   []int
	// Home is the home directory.
	Home string
}

// LookUp finds what --user means in the root that we are in by now: NAME or
// UID, and possibly :GROUP or :GID. Errors are in Docker's words.
func LookUp(user string) (Who, error) {
	name, group, hasGroup := strings.Cut(user, ":")
	if name == "" {
		name = "0"
	}
	who := Who{Home: "/"}
	account, found := entry("/etc/passwd", name, 7)
	switch uid, err := strconv.Atoi(name); {
	case found:
		who.UID, _ = strconv.Atoi(account[2])
		who.GID, _ = strconv.Atoi(account[3])
		if account[5] != "" {
			who.Home = account[5]
		}
		name = account[0]
	case err != nil:
		return who, fmt.Errorf("unable to find user %s: no matching entries in passwd file", name)
	default:
		who.UID = uid
	}
	if !hasGroup {
		who.Groups = groupsOf(name)
		if !slices.Contains(who.Groups, who.GID) {
			who.Groups = append([]int{who.GID}, who.Groups...)
		}
		return who, nil
	}
	line, found := entry("/etc/group", group, 3)
	switch gid, err := strconv.Atoi(group); {
	case found:
		who.GID, _ = strconv.Atoi(line[2])
	case err != nil:
		return who, fmt.Errorf("unable to find group %s: no matching entries in group file", group)
	default:
		who.GID = gid
	}
	who.Groups = []int{who.GID}
	return who, nil
}

// entry finds a line of passwd(5) or group(5), by its name or by its number,
// which both have third.
func entry(file, key string, fields int) ([]string, bool) {
	text, err := os.ReadFile(file)
	if err != nil { // an image may do without
		return nil, false
	}
	var byNumber []string
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), ":")
		if len(f) < fields {
			continue
		}
		if f[0] == key {
			return f, true
		}
		if f[2] == key && byNumber == nil {
			byNumber = f
		}
	}
	return byNumber, byNumber != nil
}

// groupsOf lists the groups that name a user as their member.
func groupsOf(name string) []int {
	var groups []int
	text, err := os.ReadFile("/etc/group")
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), ":")
		if len(f) < 4 || !slices.Contains(strings.Split(f[3], ","), name) {
			continue
		}
		if gid, err := strconv.Atoi(f[2]); err == nil && !slices.Contains(groups, gid) {
			groups = append(groups, gid)
		}
	}
	return groups
}
