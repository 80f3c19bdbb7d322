package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lessons"
)

// preamble is what each script of a person's begins with: a way to leave a
// shell standing, and to have it judged. Nothing in it is of a bench.
const preamble = `
rm -f "$LAB/in" "$LAB/out"
mkfifo "$LAB/in"
group=sandbox-$$
groups=
made() { mkdir "$1"; groups="$groups $1"; }
end() {
	kill -9 "$pid" "$started" 2>/dev/null
	wait 2>/dev/null
	for g in $groups; do until rmdir "$g"; do sleep 0.1; done; done
}
trap end EXIT
standing() { # COMMAND...: what has another root or other namespaces than we
	"$@" <>"$LAB/in" >"$LAB/out" 2>&1 & started=$!
	until pid=$(alien $started) && [ -n "$pid" ]; do sleep 0.05; done
}
alien() { # the youngest of a process and its children that is not like us
	for p in $(pgrep -P $1) $1; do
		name=$(cat /proc/$p/comm)
		case $name in sh | sleep) echo $p; return ;; esac
	done
}
check() { (exec -a byhand "$BINARY" check "$@" --pid "$pid" --json); }
say() { echo "$1" >"$LAB/in"; sleep 0.3; }
six='unshare --mount --uts --ipc --net --pid --fork --user --map-root-user'
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
	v=2 cpu=/sys/fs/cgroup/$group memory=/sys/fs/cgroup/$group
	echo +cpu +memory >/sys/fs/cgroup/cgroup.subtree_control
else
	v=1 cpu=/sys/fs/cgroup/cpu/$group memory=/sys/fs/cgroup/memory$(grep :memory: /proc/self/cgroup | cut -d: -f3)/$group
fi
`

// A mistake is a way to be wrong, as a person types it, and what is said of it.
type mistake struct {
	name, lesson, script, says string
}

var mistakes = []mistake{
	{"--pid without --fork", "unshare", `
		standing unshare --mount --uts --ipc --net --pid --user --map-root-user chroot "$LAB/rootfs" /bin/sh
		check unshare`, "--pid needs --fork"},
	{"no map of users", "unshare", `
		standing unshare --mount --uts --ipc --net --pid --fork --user sleep 60
		check unshare`, "its uid_map is empty"},
	{"not root inside", "unshare", `
		standing unshare --mount --uts --ipc --net --pid --fork chroot "$LAB/rootfs" /bin/sh
		check unshare`, "our user namespace"},
	{"the host's /proc", "proc-mounts", `
		standing $six sleep 60
		check proc-mounts`, "in a new pid namespace, but /proc is still the host's"},
	{"no /proc", "proc-mounts", `
		standing $six chroot "$LAB/rootfs" /bin/sh
		check proc-mounts`, "in a new pid namespace, but its /proc is empty"},
	// The machine's own sysfs is of its network, and the tests have another.
	{"sysfs of our network", "proc-mounts", `
		mount -t sysfs sysfs /sys
		standing unshare --mount --uts --ipc --pid --fork chroot "$LAB/rootfs" /bin/sh
		say 'mount -t sysfs sysfs /sys'
		check proc-mounts`, "the process shares our network namespace"},
	{"no sysfs, nor a network for it", "proc-mounts", `
		standing unshare --mount --uts --ipc --pid --fork --user --map-root-user chroot "$LAB/rootfs" /bin/sh
		say 'mount -t sysfs sysfs /sys'
		check proc-mounts`, "mount(2) refuses it (EPERM)"},
	{"shared propagation", "proc-mounts", `
		mount --bind "$LAB" "$LAB"; mount --make-shared "$LAB"
		standing unshare --mount --propagation unchanged --uts --ipc --net --pid --fork chroot "$LAB/rootfs" /bin/sh
		say 'mount -t proc proc /proc'
		check proc-mounts`, "came through by propagation: the mounts inside are shared"},
	{"working outside", "chroot", `
		cd /tmp
		standing nsenter --root="$LAB/rootfs" /bin/sh
		check chroot`, "the working directory was left outside, at /tmp"},
	{"a quota for nobody", "cgroup-cpu", `
		standing $six chroot "$LAB/rootfs" /bin/sh
		made "$cpu"
		if [ $v = 2 ]; then echo '5000 100000' >"$cpu/cpu.max"; else echo 5000 >"$cpu/cpu.cfs_quota_us"; fi
		check cgroup-cpu`, "holds no process, so that it holds nobody back"},
	{"a limit above use", "cgroup-memory", `
		standing $six chroot "$LAB/rootfs" /bin/sh
		made "$memory"
		echo $pid >"$memory/cgroup.procs"
		if [ $v = 2 ]; then echo 800M >"$memory/memory.max"; else echo 800M >"$memory/memory.limit_in_bytes"; fi
		check cgroup-memory`, "the limit is above what is used"},
	{"swap free", "cgroup-memory", `
		standing $six chroot "$LAB/rootfs" /bin/sh
		made "$memory"
		echo $pid >"$memory/cgroup.procs"
		if [ $v = 2 ]; then echo 80M >"$memory/memory.max"; else echo 80M >"$memory/memory.limit_in_bytes"; fi
		check cgroup-memory`, "swap is not limited"},
}

// TestMistakes makes each mistake with real commands, and wants its own word on
// it, seen in the kernel.
func TestMistakes(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("the mistakes are those of root")
	}
	home, lab := unlocked(t), withRoot(t)
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			out, err := person(t, home, lab, m.script)
			if ended := (*exec.ExitError)(nil); !errors.As(err, &ended) || ended.ExitCode() != 1 {
				t.Fatalf("check = %v; want status 1\n%s", err, out)
			}
			hints := refusals(t, out)
			if !strings.Contains(strings.Join(hints, "\n"), m.says) {
				t.Errorf("check says %q; want %q among it", hints, m.says)
			}
		})
	}
}

// TestCheckAcceptsAnotherWay has a sandbox made in other ways than byhand
// prints, with names of a person's own.
func TestCheckAcceptsAnotherWay(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("it takes root to make it so")
	}
	home, lab := unlocked(t), withRoot(t)
	for _, way := range []mistake{
		{name: "pivot_root", lesson: "proc-mounts", script: `
			standing $six sh -c 'mount --bind "$LAB/rootfs" "$LAB/rootfs"; cd "$LAB/rootfs"; mkdir -p old; pivot_root . old
				mount -t proc proc /proc; mount -t sysfs sysfs /sys; umount -l /old; exec /bin/sh'
			sleep 0.5; say 'mount -t tmpfs tmpfs /tmp'; say 'echo kept in memory >/tmp/secret'
			check proc-mounts`},
		{name: "another directory", lesson: "chroot", script: `
			mv "$LAB/rootfs" "$LAB/my-root"
			standing chroot "$LAB/my-root" /bin/sh
			echo out >"$LAB/outside.txt"; say 'echo made inside >/inside.txt'
			check chroot; status=$?
			mv "$LAB/my-root" "$LAB/rootfs"; exit $status`},
	} {
		t.Run(way.name, func(t *testing.T) {
			if out, err := person(t, home, lab, way.script); err != nil {
				t.Errorf("check = %v; want success; it refuses %q\n%s", err, refusals(t, out), out)
			}
		})
	}
}

// withRoot makes a directory with a root file system, as the printed commands do.
func withRoot(t *testing.T) string {
	t.Helper()
	lab, err := os.MkdirTemp("/var/tmp", "byhand-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(lab) })
	c := exec.Command("bash", "-eu", "-c", lessons.Syllabus()[0].Steps[0].Shell(&bench.Bench{Dir: lab, Source: "host"}))
	c.Env = append(os.Environ(), "LAB="+lab)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("gather a root: %v\n%s", err, out)
	}
	return lab
}

// person runs what somebody types, in a mount namespace where nothing is shared
// with the machine, and returns what check wrote.
func person(t *testing.T, home, lab, script string) (string, error) {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "unshare", "--mount", "--propagation", "private", "bash", "-c", preamble+script)
	c.Env = append(os.Environ(), "LAB="+lab, "BINARY="+binary, "BYHAND_HOME="+home)
	out, err := c.Output()
	return string(out), err
}

// refusals are the names, readings and hints of the checks that did not pass.
func refusals(t *testing.T, out string) []string {
	t.Helper()
	var said struct {
		Steps []struct{ Checks []lesson.Check }
	}
	if err := json.Unmarshal([]byte(out), &said); err != nil {
		t.Fatalf("check wrote %q: %v", out, err)
	}
	var list []string
	for _, s := range said.Steps {
		for _, c := range s.Checks {
			if !c.OK {
				list = append(list, c.Name+": "+c.Got+": "+c.Hint)
			}
		}
	}
	return list
}
