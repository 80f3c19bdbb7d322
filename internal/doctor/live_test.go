package doctor

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// as runs a test as whoever runs the tests and, where that is root, as an
// ordinary user too.
func as(t *testing.T, test func(*testing.T, *syscall.SysProcAttr)) {
	t.Run("as we are", func(t *testing.T) { t.Parallel(); test(t, &syscall.SysProcAttr{}) })
	t.Run("as an ordinary user", func(t *testing.T) {
		t.Parallel()
		test(t, ordinary(t))
	})
}

// wellFormed checks what every finding owes to its reader.
func wellFormed(t *testing.T, f Finding) {
	t.Helper()
	if f.What == "" || f.Got == "" {
		t.Errorf("finding %+v has no what or no evidence", f)
	}
	if f.OK != (f.Mend == "") {
		t.Errorf("finding %+v: ok and a mend, or neither", f)
	}
}

func TestAll(t *testing.T) {
	as(t, func(t *testing.T, attr *syscall.SysProcAttr) {
		seen := map[string]bool{}
		for _, f := range child(t, attr, "|all") {
			wellFormed(t, f)
			if seen[f.What] {
				t.Errorf("%q is found twice", f.What)
			}
			seen[f.What] = true
		}
		want := []string{"kernel", "privileges", "machine", "cgroup versions", "cgroup cpu", "cgroup memory",
			"overlayfs", "seccomp", "tool bash", "terminal"}
		for _, e := range exams() {
			want = append(want, e.what)
		}
		for _, k := range kinds() {
			want = append(want, "namespace "+k.name)
		}
		for _, what := range want {
			if !seen[what] {
				t.Errorf("All() lacks %q", what)
			}
		}
	})
}

// makesGroup is a shell function that makes a cgroup under a v1 controller, or
// under that of v2, and removes it; on v2 a scope of systemd's will do too.
const makesGroup = `group() {
	at=$(findmnt -rnt cgroup -O "$1" -o TARGET | head -n 1)
	own=$(grep -E "^[1-9][0-9]*:([^:]*,)?$1(,[^:]*)?:" /proc/self/cgroup | cut -d: -f3-)
	if [ "$at" ]; then
		mkdir "$at${own%/}/byhand-doctor-$$" && rmdir "$at${own%/}/byhand-doctor-$$"
		return
	fi
	at=$(findmnt -rnt cgroup2 -o TARGET | head -n 1)
	[ "$1" = cpuacct ] || grep -qw "$1" "$at/cgroup.controllers" || return
	mkdir "$at/byhand-doctor-$$" && rmdir "$at/byhand-doctor-$$" || systemd-run --user --scope -p Delegate=yes true
}; `

// TestNeedsAgainstCommands asks the machine's own commands the same question.
func TestNeedsAgainstCommands(t *testing.T) {
	oracles := map[Need]string{
		// An ordinary user's PATH need not lead to chroot(8).
		Chroot:         `PATH="$PATH:/usr/sbin:/sbin"; chroot / true || unshare --user --map-root-user chroot / true`,
		UserNamespaces: `unshare --user --map-root-user true`,
		SixNamespaces:  `unshare --user --map-root-user --mount --uts --ipc --net --pid --fork mount -t proc proc /proc`,
		ProcMount:      `unshare --user --map-root-user --mount --pid --fork mount -t proc proc /proc`,
		SysfsMount:     `unshare --user --map-root-user --mount --net mount -t sysfs sysfs /sys`,
		CgroupCPU:      makesGroup + `group cpu && group cpuacct`,
		CgroupMemory:   makesGroup + `group memory`,
		Overlay: `unshare --user --map-root-user --mount sh -c '
  mount -t tmpfs tmpfs /tmp && cd /tmp && mkdir a b c d && mount -t overlay -o lowerdir=a,upperdir=b,workdir=c,userxattr overlay d'`,
		CgroupFreezer: makesGroup + `group freezer`,
		Networks: `PATH="$PATH:/usr/sbin:/sbin"; command -v perl && unshare --user --map-root-user --net sh -c '
			ip link add byhand0 type bridge && ip link add byhand1 type veth peer name byhand2 &&
			{ nft add table ip byhand || { ! command -v nft && iptables -t nat -S; }; }'`,
		Bash:  `command -v bash`,
		Tools: `type bash unshare chroot mount nsenter ps ldd`,
	}
	as(t, func(t *testing.T, attr *syscall.SysProcAttr) {
		if _, err := exec.LookPath("unshare"); err != nil {
			t.Skip("no unshare to compare with")
		}
		for _, e := range exams() {
			f := child(t, attr, "|"+string(e.need))[0]
			wellFormed(t, f)
			if f.Need != e.need || !f.Required {
				t.Errorf("Examine(%q) = %+v; want the need itself, required", e.need, f)
			}
			oracle, ok := oracles[e.need]
			if !ok {
				t.Errorf("%q has no command to compare with", e.need)
				continue
			}
			cmd := exec.Command("sh", "-c", oracle)
			cmd.SysProcAttr, cmd.Dir = attr, "/"
			said, err := cmd.CombinedOutput()
			if want := err == nil; f.OK != want {
				t.Errorf("Examine(%q) = %+v; want OK %t, as of %s: %s", e.need, f, want, oracle, said)
			}
		}
	})
}

func TestUnknownNeed(t *testing.T) {
	f := Examine(t.Context(), "time-travel")
	if f.OK || !f.Required || f.Need != "time-travel" || !strings.Contains(f.What, "unknown") {
		t.Errorf("Examine(time-travel) = %+v; want not OK, and unknown", f)
	}
	wellFormed(t, f)
}

func TestOrdinaryUserIsLentChroot(t *testing.T) {
	private(t)
	attr := ordinary(t)
	if f := child(t, &syscall.SysProcAttr{}, "|chroot")[0]; !strings.Contains(f.Got, "CAP_SYS_CHROOT is held") {
		t.Errorf("Examine(chroot) as root = %+v; want the capability held", f)
	}
	f := child(t, attr, "|chroot")[0]
	if f.OK && !strings.Contains(f.Got, "lends CAP_SYS_CHROOT") {
		t.Errorf("Examine(chroot) as uid 65534 = %+v; want the capability lent", f)
	}
}
