package process

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"byhand/lab/sys"
)

// mapIDs gives a new user namespace its maps. The kernel lets an unprivileged
// process write gid_map only after it has given up setgroups(2) for that
// namespace, since dropping a group can widen what one may read
// (user_namespaces(7)).
func mapIDs(t *sys.Tracer, pid int, uidMap, gidMap string) error {
	if os.Geteuid() != 0 && !single(uidMap) {
		return mapFurther(pid, uidMap, gidMap)
	}
	dir := fmt.Sprintf("/proc/%d/", pid)
	if err := t.WriteFile(dir+"uid_map", uidMap); err != nil {
		return fmt.Errorf("map user ids of process %d: %w", pid, err)
	}
	// Who maps more than one group has the privilege for it.
	if single(gidMap) {
		if err := t.WriteFile(dir+"setgroups", "deny"); err != nil {
			return fmt.Errorf("give up setgroups in process %d: %w", pid, err)
		}
	}
	if err := t.WriteFile(dir+"gid_map", gidMap); err != nil {
		return fmt.Errorf("map group ids of process %d: %w", pid, err)
	}
	return nil
}

// single reports whether a map has one id only.
func single(text string) bool {
	f := strings.Fields(text)
	return len(f) == 3 && f[2] == "1"
}

// mapFurther has programs write the maps that may do so for ids which are not
// the caller's own: newuidmap(1) looks them up in /etc/subuid first.
func mapFurther(pid int, uidMap, gidMap string) error {
	for _, m := range [][2]string{{"newuidmap", uidMap}, {"newgidmap", gidMap}} {
		args := append([]string{strconv.Itoa(pid)}, strings.Fields(m[1])...)
		if out, err := exec.Command(m[0], args...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s %s: %w: %s", m[0], strings.Join(args, " "), err, bytes.TrimSpace(out))
		}
	}
	return nil
}
