package main

import (
	_ "embed"
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// byC is a container made by hand in C.
//
//go:embed testdata/byhand.c
var byC string

// startRows time containers that run /bin/true and end, and those that run.
// All have new mount, uts, ipc, pid and net namespaces, proc, dev, pts, shm,
// mqueue and sys. Byhand's alone has a layer to write to, a log and a monitor,
// seccomp's filter, its own hosts file and the like, and is listed by ps.
func startRows() []row {
	const what = "`lab run --rm --network none`"
	return []row{
		{What: what, Than: "the same in C", Must: 4, Aim: 2.8, Pair: (*bench).startC},
		{What: what, Than: "`crun run`", Must: 0.7, Aim: 0.45, Pair: runtime("crun")},
		{What: what, Than: "`runc run`", Must: 0.5, Aim: 0.35, Pair: runtime("runc")},
		{What: what, Than: "the notes' `unshare`", Must: 2.2, Aim: 1.4, Pair: (*bench).startUnshare},
		{What: what, Than: "`podman run`", Pair: (*bench).startPodman},
		{What: "`lab exec`", Than: "`nsenter`", Must: 4, Aim: 2.5, Pair: (*bench).exec},
		{What: "`lab ps`", Than: "`lsns`", Must: 0.3, Aim: 0.15, Pair: (*bench).ps},
	}
}

// start is the command that all others are beside.
func (b *bench) start() command {
	return b.lab("run", "--rm", "--network", "none", "--rootfs", b.Root, "/bin/true")
}

func (b *bench) startC() (ours, theirs command, err error) {
	source, program := filepath.Join(b.Dir, "by.c"), filepath.Join(b.Dir, "by")
	if err := write(source, byC); err != nil {
		return ours, theirs, err
	}
	return b.start(), cmd(program, b.Root, "/bin/true"), output("cc", "-O2", "-w", "-o", program, source)
}

func (b *bench) startUnshare() (ours, theirs command, err error) {
	const inside = `mount --rbind "$0" "$0" && cd "$0" && mount -t proc proc proc && exec chroot . /bin/true`
	return b.start(), cmd("unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--fork", "sh", "-c", inside, b.Root), nil
}

// runtime starts the same program with an OCI runtime.
func runtime(name string) func(*bench) (command, command, error) {
	return func(b *bench) (ours, theirs command, err error) {
		if _, err := found(name); err != nil {
			return ours, theirs, err
		}
		dir := filepath.Join(b.Dir, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return ours, theirs, err
		}
		if err := bundle(dir, b.Root); err != nil {
			return ours, theirs, err
		}
		return b.start(), cmd(name, "--root", filepath.Join(dir, "state"), "run", "--bundle", dir, "byhand-peers"), nil
	}
}

// bundle writes a config.json with the namespaces and mounts of the others.
func bundle(dir, root string) error {
	type object = map[string]any
	mount := func(target, kind string, options ...string) object {
		return object{"destination": target, "type": kind, "source": kind, "options": options}
	}
	var namespaces []object
	for _, kind := range []string{"mount", "uts", "ipc", "pid", "network"} {
		namespaces = append(namespaces, object{"type": kind})
	}
	text, err := json.Marshal(object{
		"ociVersion": "1.0.2",
		"hostname":   "box",
		"root":       object{"path": root},
		"process":    object{"user": object{"uid": 0, "gid": 0}, "args": []string{"/bin/true"}, "cwd": "/"},
		"mounts": []object{
			mount("/proc", "proc", "nosuid", "nodev", "noexec"),
			mount("/dev", "tmpfs", "nosuid", "mode=755"),
			mount("/dev/pts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666"),
			mount("/dev/shm", "tmpfs", "nosuid", "nodev", "noexec", "mode=1777"),
			mount("/dev/mqueue", "mqueue", "nosuid", "nodev", "noexec"),
			mount("/sys", "sysfs", "ro", "nosuid", "nodev", "noexec"),
		},
		"linux": object{"namespaces": namespaces},
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "config.json"), text, 0o644)
}

// groups is the cgroup in which Podman's containers are.
const groups = "byhand-peers"

func (b *bench) startPodman() (ours, theirs command, err error) {
	if _, err := found("podman"); err != nil {
		return ours, theirs, err
	}
	words := []string{"podman", "--root", filepath.Join(b.Dir, "podman"), "--runroot", filepath.Join(b.Dir, "podman-run"),
		"--cgroup-manager", "cgroupfs", "--runtime", "runc", "run", "--rm", "--network", "none",
		"--cgroup-parent", "/" + groups, "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--rootfs", b.Root, "/bin/true"}
	return b.start(), cmd(words...), nil
}

// running starts n containers that wait.
func (b *bench) running(n int) error {
	for range n {
		if _, err := b.byhand("lab", "run", "-d", "--network", "none", "--rootfs", b.Root, "/bin/pause"); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) exec() (ours, theirs command, err error) {
	if err := b.running(1); err != nil {
		return ours, theirs, err
	}
	id, err := b.byhand("lab", "ps", "-q", "-l")
	if err != nil {
		return ours, theirs, err
	}
	pid, err := b.byhand("lab", "inspect", "-f", "{{.State.Pid}}", id)
	return b.lab("exec", id, "/bin/true"),
		cmd("nsenter", "-t", pid, "-m", "-u", "-i", "-n", "-p", "-r", "/bin/true"), err
}

func (b *bench) ps() (ours, theirs command, err error) {
	_, err = found("lsns")
	return b.lab("ps"), cmd("lsns"), err
}

// among times a start with none and with n running.
func (b *bench) among(runs, n int) (none, many time.Duration, err error) {
	if err := b.end(); err != nil {
		return 0, 0, err
	}
	if none, err = alone(runs, b.start()); err != nil {
		return 0, 0, err
	}
	if err := b.running(n); err != nil {
		return 0, 0, err
	}
	many, err = alone(runs, b.start())
	return none, many, err
}
