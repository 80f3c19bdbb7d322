package bench

import (
	"context"
	"os"
	"time"

	"byhand/internal/kernel"
)

// farewell is how long Destroy waits for those who made a pid namespace for the
// bench to leave by themselves.
const farewell = 2 * time.Second

// A maker is a process that made a pid namespace for its children and stayed
// outside of it, as unshare --fork does. It is not the bench's to kill: it may be
// a learner's own shell, after an unshare without --fork. What only waited for
// its child ends by itself, moments after that child.
type maker struct {
	pid   int
	start uint64
}

// makersOf returns those whose children are born into the pid namespace of one
// of these processes.
func makersOf(pids []int) []maker {
	inside := map[string]bool{}
	for _, pid := range pids {
		if namespace, err := kernel.Namespace(pid, "pid"); err == nil {
			inside[namespace] = true
		}
	}
	// Who shares ours is everybody.
	if ours, err := kernel.Namespace(os.Getpid(), "pid"); err == nil {
		delete(inside, ours)
	}
	all, err := kernel.PIDs()
	if err != nil || len(inside) == 0 {
		return nil
	}
	var found []maker
	for _, pid := range all {
		children, err := kernel.Namespace(pid, "pid_for_children")
		if err != nil || !inside[children] {
			continue
		}
		own, err := kernel.Namespace(pid, "pid")
		if err != nil || own == children {
			continue
		}
		if start, err := kernel.StartTime(pid); err == nil {
			found = append(found, maker{pid, start})
		}
	}
	return found
}

// seeOff waits until the makers are gone, for as long as a farewell takes.
func seeOff(ctx context.Context, makers []maker) {
	ctx, cancel := context.WithTimeout(ctx, farewell)
	defer cancel()
	for _, m := range makers {
		for kernel.Alive(m.pid, m.start) {
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Millisecond):
			}
		}
	}
}
