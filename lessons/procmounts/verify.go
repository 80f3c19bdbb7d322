package procmounts

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/diagnose"
	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/probe"
	"byhand/lessons/internal/steps"
)

// verify judges that a file system is mounted in the sandbox and nowhere else,
// and then what it shows.
func verify(target, fstype string, shows func(context.Context, *bench.Bench) ([]lesson.Check, error)) func(context.Context, *bench.Bench) ([]lesson.Check, error) {
	return func(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
		pid, refused := steps.Standing(b)
		if refused != nil {
			return refused, nil
		}
		checks, err := mounted(pid, target, fstype)
		if err != nil || !lesson.Passed(checks) {
			return checks, err
		}
		more, err := shows(ctx, b)
		return append(checks, more...), err
	}
}

// mounted judges one mount by mountinfo and by the device number of its root.
func mounted(pid int, target, fstype string) ([]lesson.Check, error) {
	// Of a process with a root of its own, mountinfo gives the targets as it sees them.
	inside, id, err := find(pid, target)
	if err != nil {
		return nil, err
	}
	ours, err := kernel.Mounts(0)
	if err != nil {
		return nil, err
	}
	theirDevice, err := device(fmt.Sprintf("/proc/%d/root%s", pid, target))
	if err != nil {
		return nil, err
	}
	ourDevice, err := device(target)
	if err != nil {
		return nil, err
	}
	// A copy that came through by propagation has an ID of its own, but the file
	// system is the same; where that is ours from the start it is the third check's.
	leaked := "absent"
	if slices.ContainsFunc(ours, func(m kernel.Mount) bool {
		return m.ID == id || id != "" && m.Device.String() == theirDevice && theirDevice != ourDevice
	}) {
		leaked = "present"
	}
	return []lesson.Check{
		lesson.Equal(target+" in the sandbox's mountinfo", fstype, inside, diagnose.NotMounted(pid, target, fstype)),
		lesson.Equal("that mount in our own mountinfo", "absent", leaked, diagnose.Leaked(pid, target)),
		{
			Name: "the device number of " + target + " inside", Want: "not ours, " + ourDevice, Got: theirDevice, OK: theirDevice != ourDevice,
			Hint: diagnose.HostsOwn(pid, target, fstype),
		},
	}, nil
}

// device returns the number by which the kernel tells file systems apart
// (stat(2), st_dev), as mountinfo writes it.
func device(path string) (string, error) {
	var stat unix.Stat_t
	if err := unix.Stat(path, &stat); err != nil {
		return "", fmt.Errorf("stat %s: %w", path, err)
	}
	return fmt.Sprintf("%d:%d", unix.Major(stat.Dev), unix.Minor(stat.Dev)), nil
}

// find returns the topmost mount at target in the process's mountinfo.
func find(pid int, target string) (fstype, id string, err error) {
	mounts, err := kernel.Mounts(pid)
	if err != nil {
		return "", "", err
	}
	for _, m := range slices.Backward(mounts) {
		if m.Target == target {
			return m.FSType, m.ID, nil
		}
	}
	return "nothing", "", nil
}

func processes(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	view, err := steps.Look(ctx, b)
	if err != nil {
		return nil, err
	}
	all, err := kernel.PIDs()
	if err != nil {
		return nil, err
	}
	members, err := companions(pid, all)
	if err != nil {
		return nil, err
	}
	// The probe itself is one more process inside.
	want := members + 1
	got := fmt.Sprintf("%d, the first is %d", len(view.PIDs), slices.Min(append(view.PIDs, len(all))))
	return []lesson.Check{
		{
			Name: "from inside, the processes in /proc", Want: fmt.Sprintf("%d, the first is 1: those of its pid namespace and the one that looks", want), Got: got,
			OK: len(view.PIDs) == want && view.PIDs[0] == 1, Hint: diagnose.WrongProcesses(pid),
		},
		{Name: "outside, the processes in /proc", Want: "more than 2", Got: fmt.Sprint(len(all)), OK: len(all) > 2, Control: true, Hint: "our own /proc does not show the machine"},
	}, nil
}

// companions counts the processes of a process's pid namespace. Those that have
// ended and wait to be reaped are listed in its proc as well, but have left no
// link to tell them by; the shell inside reaps its own.
func companions(pid int, all []int) (int, error) {
	theirs, err := kernel.Namespace(pid, "pid")
	if err != nil {
		return 0, err
	}
	n := 0
	for _, one := range all {
		if ns, err := kernel.Namespace(one, "pid"); err == nil && ns == theirs {
			n++
		}
	}
	return n, nil
}

func devices(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	view, err := steps.Look(ctx, b)
	if err != nil {
		return nil, err
	}
	var links []string
	for _, l := range view.Links {
		links = append(links, l.Name)
	}
	slices.Sort(links)
	slices.Sort(view.SysNet)
	return []lesson.Check{
		lesson.Equal("from inside, /sys/class/net beside the devices by netlink", fmt.Sprint(links), fmt.Sprint(view.SysNet), diagnose.WrongDevices(pid)),
	}, nil
}

// kept judges that the file is there for the sandbox and for nobody else.
func kept(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	got := "no such file"
	if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/root/tmp/secret", pid)); err == nil {
		got = strings.TrimSpace(string(text))
	}
	onDisk, control := b.Path("rootfs", "tmp", "secret"), b.Path("rootfs", "bin", "sh")
	return []lesson.Check{
		lesson.Equal("/tmp/secret, seen with the sandbox's mounts", secret, got, "the file was not written, or before the tmpfs was mounted over it"),
		lesson.Equal("outside, open "+onDisk, "ENOENT", probe.TryOpen(onDisk), "the file lies in the directory that the sandbox has as its root, so it is on the disk"),
		{
			Name: "outside, open " + control, Want: "opened", Got: probe.TryOpen(control), Control: true,
			OK: probe.TryOpen(control) == "opened", Hint: "the root's other files can't be opened either, so the one above proves nothing",
		},
	}, nil
}
