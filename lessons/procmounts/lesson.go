// Package procmounts is the lesson on proc, sysfs and tmpfs inside.
package procmounts

import (
	"context"
	_ "embed" // for the prose
	"fmt"
	"slices"

	"byhand/internal/doctor"
	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/mount"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "proc-mounts", Title: "Mounts of its own",
		Summary: "mount proc, sysfs and tmpfs where only the sandbox sees them",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces, doctor.ProcMount, doctor.SysfsMount},
		Setup:   []lesson.Step{steps.Gather(), steps.Isolate()},
		Steps: []lesson.Step{
			{
				Title:  "Mount proc",
				Why:    "proc shows the processes of the pid namespace of whoever mounts it, so it is mounted from inside.",
				Shell:  steps.Text(`echo 'mount -t proc -o nosuid,nodev,noexec proc /proc' >"$LAB/in"`),
				Do:     join("proc"),
				Source: []any{mount.Proc},
				Verify: verify("/proc", "proc", processes),
			},
			{
				Title:  "Mount sysfs",
				Why:    "sysfs shows the network devices of the network namespace of whoever mounts it.",
				Shell:  steps.Text(`echo 'mount -t sysfs -o nosuid,nodev,noexec sysfs /sys' >"$LAB/in"`),
				Do:     join("sys"),
				Source: []any{mount.Sys},
				Verify: verify("/sys", "sysfs", devices),
			},
			{
				Title:  "Mount tmpfs",
				Why:    "tmpfs keeps its files in memory, and is gone with the last mount namespace that has it.",
				Shell:  steps.Text(`echo 'mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs /tmp' >"$LAB/in"`),
				Do:     join("tmp"),
				Source: []any{mount.Tmp},
				Verify: verify("/tmp", "tmpfs", nil),
			},
		},
		Quiz: quiz(),
	}
}

func join(stage string) func(context.Context, *bench.Bench) error {
	return func(ctx context.Context, b *bench.Bench) error {
		return sandbox.Join(ctx, b, stage, struct{}{}, nil)
	}
}

// verify judges that a file system is mounted in the sandbox and nowhere else,
// and then what it shows.
func verify(target, fstype string, shows func(context.Context, *bench.Bench) ([]lesson.Check, error)) func(context.Context, *bench.Bench) ([]lesson.Check, error) {
	return func(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
		pid, refused := steps.Standing(b)
		if refused != nil {
			return refused, nil
		}
		// Of a process with a root of its own, mountinfo gives the targets as it sees them.
		inside, id, err := find(pid, target)
		if err != nil {
			return nil, err
		}
		ours, err := kernel.Mounts(0)
		if err != nil {
			return nil, err
		}
		leaked := slices.ContainsFunc(ours, func(m kernel.Mount) bool { return m.ID == id })
		checks := []lesson.Check{
			lesson.Equal(target+" in the sandbox's mountinfo", fstype, inside, "nothing of that kind is mounted there inside"),
			lesson.Equal("that mount in our own mountinfo", "absent", map[bool]string{false: "absent", true: "present"}[leaked], "the mount is in our mount namespace, or came through by propagation"),
		}
		if !lesson.Passed(checks) || shows == nil {
			return checks, nil
		}
		more, err := shows(ctx, b)
		return append(checks, more...), err
	}
}

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
	view, err := steps.Look(ctx, b)
	if err != nil {
		return nil, err
	}
	all, err := kernel.PIDs()
	if err != nil {
		return nil, err
	}
	// The probe itself is the second process inside.
	got := fmt.Sprintf("%d, the first is %d", len(view.PIDs), slices.Min(append(view.PIDs, len(all))))
	return []lesson.Check{
		{
			Name: "from inside, the processes in /proc", Want: "2, the first is 1: the shell and the one that looks", Got: got,
			OK: len(view.PIDs) == 2 && view.PIDs[0] == 1, Hint: "/proc shows another pid namespace's processes, such as the host's",
		},
		{Name: "outside, the processes in /proc", Want: "more than 2", Got: fmt.Sprint(len(all)), OK: len(all) > 2, Control: true, Hint: "our own /proc does not show the machine"},
	}, nil
}

func devices(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
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
		lesson.Equal("from inside, /sys/class/net beside the devices by netlink", fmt.Sprint(links), fmt.Sprint(view.SysNet), "/sys shows another network namespace's devices"),
	}, nil
}
