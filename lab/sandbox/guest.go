package sandbox

import (
	"context"

	"byhand/internal/kernel"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
)

// guest begins the names of the files beside a second process.
const guest = "exec."

// Exec starts a second shell in the bench's sandbox, and leaves it standing:
// in the namespaces of the first, in its root, and in the group g, where that
// is not nil. The files beside it are exec.in, exec.out and exec.pid.
func Exec(ctx context.Context, b *bench.Bench, g *cgroup.Group) error {
	pid, err := PID(b)
	if err != nil {
		return err
	}
	c, err := Inside(pid, "shell", Shell(b).Argv)
	if err != nil {
		return err
	}
	defer c.Files[0].Close()
	// Into the group before it runs, and from outside: inside there may be no
	// cgroup file system to write to.
	c.Born = func(pid int) error {
		if g == nil {
			return nil
		}
		return g.Join(pid).Perform(b.Trace)
	}
	p, err := stand(ctx, b, c, guest)
	if err != nil {
		return err
	}
	// It is nobody's child inside, so it is ours to reap: until that is done,
	// the end of the pid namespace waits for it.
	go func() { _, _ = p.Wait() }()
	return nil
}

// GuestPID returns the process that stands beside the first one: of a subject,
// one of its pid namespace whose parent is outside of that.
func GuestPID(b *bench.Bench) (int, error) {
	if b.Subject == nil {
		return written(b.Path(guest + "pid"))
	}
	first, err := PID(b)
	if err != nil {
		return 0, err
	}
	theirs, err := kernel.Namespace(first, "pid")
	if err != nil {
		return 0, err
	}
	all, err := kernel.Processes()
	if err != nil {
		return 0, err
	}
	for _, s := range all {
		own, _ := kernel.Namespace(s.PID, "pid")
		above, _ := kernel.Namespace(s.Parent, "pid")
		if s.PID != first && own == theirs && above != theirs && s.Parent != 0 {
			return standing(s.PID)
		}
	}
	return 0, ErrNone
}
