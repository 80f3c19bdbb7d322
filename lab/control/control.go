// Package control does to containers what people ask for while they run: end
// them, hold them, look into them. It speaks to the kernel, not to a daemon: a
// container is its processes and its cgroup.
package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"byhand/lab/options"
	"byhand/lab/portrait"
	"byhand/lab/state"
	"byhand/lab/wire"
	"byhand/lab/words"
)

// patience is how long what was killed may take to be gone, where a hundred
// others are at the same.
const patience = time.Minute

// running returns the status of a container that must run.
func running(b state.Box) (state.Status, error) {
	s, err := b.Status()
	if err == nil && !s.Running() {
		err = fmt.Errorf("container %s is not running", b.ID)
	}
	return s, err
}

// wantEnd notes that the container is to end for good, so that its monitor
// does not start it again.
func wantEnd(b state.Box) error { return os.WriteFile(b.Path(state.StopFile), nil, 0o600) }

// Kill sends a signal to the container's first process, which the kernel keeps
// from its like unless it has a handler, but for SIGKILL and SIGSTOP.
func Kill(b state.Box, signal unix.Signal) error {
	s, err := running(b)
	if err != nil {
		return fmt.Errorf("cannot kill container: %w", err)
	}
	if signal == unix.SIGKILL {
		if err := wantEnd(b); err != nil {
			return err
		}
	}
	// Said first: its monitor says that it died as soon as it did.
	b.Note("kill", "signal", strconv.Itoa(int(signal)))
	if err := s.Signal(signal); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("cannot kill container %.12s: %w", b.ID, err)
	}
	if signal == unix.SIGKILL && s.Word == "paused" {
		// On cgroup v1 what is frozen does not even die.
		return s.Group.Thaw().Perform(nil)
	}
	return nil
}

// KillAndWait kills and waits until it is over, as Docker's kill does.
func KillAndWait(ctx context.Context, b state.Box, signal unix.Signal) error {
	if err := Kill(b, signal); err != nil || signal != unix.SIGKILL {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return over(ctx, b)
}

// over waits for a container's end for good, and of one that removes itself then,
// for that.
func over(ctx context.Context, b state.Box) error {
	c, err := b.Config()
	if err != nil {
		return ignoreGone(err)
	}
	if _, err := b.AwaitEnd(ctx); err != nil || !c.AutoRemove {
		return err
	}
	return unwatched(ctx, b)
}

// Stop asks the container to end, and kills it where it has not within the
// seconds, or without end where they are negative; nil takes the container's own.
func Stop(ctx context.Context, b state.Box, seconds *int) error {
	s, err := b.Status()
	if err != nil {
		return err
	}
	if err := wantEnd(b); err != nil {
		return err
	}
	if !s.Running() {
		// About to be started again, perhaps: its monitor has yet to see that
		// nobody wants it.
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		return unwatched(ctx, b)
	}
	c, err := b.Config()
	if err != nil {
		return err
	}
	signal := unix.SIGTERM
	if c.StopSignal != "" {
		if signal, err = options.Signal(c.StopSignal); err != nil {
			return err
		}
	}
	if s.Word == "paused" {
		if err := s.Group.Thaw().Perform(nil); err != nil {
			return err
		}
	}
	b.Note("kill", "signal", strconv.Itoa(int(signal)))
	if err := s.Signal(signal); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("stop container %.12s: %w", b.ID, err)
	}
	defer b.Note("stop")
	wait := 10
	if c.StopTimeout != nil {
		wait = *c.StopTimeout
	}
	if seconds != nil {
		wait = *seconds
	}
	polite := ctx
	if wait >= 0 {
		var cancel func()
		polite, cancel = context.WithTimeout(ctx, time.Duration(wait)*time.Second)
		defer cancel()
	}
	if err := over(polite, b); !errors.Is(err, context.DeadlineExceeded) {
		return ignoreGone(err)
	}
	err = ignoreGone(KillAndWait(ctx, b, unix.SIGKILL))
	if now, e := b.Status(); e == nil && !now.Running() {
		return nil // it has ended by itself at the last moment
	}
	return err
}

// ignoreGone forgives that the container is not there any more: one that was
// run with --rm removes itself.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Remove removes a container. One that runs is an error, or is killed first.
func Remove(ctx context.Context, b state.Box, force bool) error {
	s, err := b.Status()
	if err != nil {
		return err
	}
	if (s.Running() || s.Word == "restarting") && !force {
		name, err := b.Name()
		if err != nil {
			return err
		}
		return fmt.Errorf("cannot remove container %q: container is %s: stop the container before removing or force remove", "/"+name, s.Word)
	}
	if err := ignoreGone(wantEnd(b)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := ended(ctx, b, force); err != nil {
		return err
	}
	// Where the monitor was killed, its container's cgroup is left, and its ports.
	return errors.Join(b.Sweep(ctx), wire.Drop(b), b.Remove())
}

// Startable waits for the monitor of a container that has ended: it may not have
// gone yet, and there can be no second one beside it.
func Startable(ctx context.Context, b state.Box) error {
	s, err := b.Status()
	if err != nil || s.Word != "exited" {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return unwatched(ctx, b)
}

// unwatched waits until the container has neither a process nor a monitor.
func unwatched(ctx context.Context, b state.Box) error { return ended(ctx, b, false) }

// ended is unwatched, and with force it kills what runs, also what was only about
// to run when it was asked.
func ended(ctx context.Context, b state.Box, force bool) error {
	for {
		s, err := b.Status()
		if err != nil {
			return ignoreGone(err)
		}
		if !s.Running() && !b.Watched() {
			return nil
		}
		if s.Running() && force {
			err := Kill(b, unix.SIGKILL)
			if again, e := b.Status(); err != nil && e == nil && again.Running() {
				return err
			}
			force = err != nil // it had just ended, and may be started again
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("container %.12s has not ended: %w", b.ID, ctx.Err())
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// Pause stops every process of a container where it is, by the freezer.
func Pause(ctx context.Context, b state.Box) error {
	s, err := running(b)
	switch {
	case err != nil:
		return err
	case s.Word == "paused":
		return fmt.Errorf("container %s is already paused", b.ID)
	case s.Group == nil:
		return fmt.Errorf("container %.12s has no cgroup, and so no freezer: %w", b.ID, errors.ErrUnsupported)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := s.Group.WaitFrozen(ctx, nil); err != nil {
		return err
	}
	b.Note("pause")
	return nil
}

// Unpause lets them go on.
func Unpause(b state.Box) error {
	s, err := running(b)
	switch {
	case err != nil:
		return err
	case s.Word != "paused":
		return words.Errorf("Container %s is not paused", b.ID)
	}
	if err := s.Group.Thaw().Perform(nil); err != nil {
		return err
	}
	b.Note("unpause")
	return nil
}

// Update changes the limits of a container, at once if it runs.
func Update(b state.Box, l options.Limits) error {
	c, err := b.Config()
	if err != nil {
		return err
	}
	if err := l.Apply(&c.Limits); err != nil {
		return err
	}
	s, err := b.Status()
	if err != nil {
		return err
	}
	if s.Running() && s.Group == nil {
		return fmt.Errorf("cannot update container %.12s: it has no cgroup, and so no limits: %w", b.ID, errors.ErrUnsupported)
	}
	if s.Running() {
		ops, err := c.Limits.Ops(s.Group)
		if err == nil {
			err = ops.Perform(nil)
		}
		if err != nil {
			return fmt.Errorf("cannot update container %.12s: %w", b.ID, err)
		}
	}
	if err := b.SetConfig(c); err != nil {
		return err
	}
	b.Note("update")
	return nil
}

// Restartable ends a container that is to be started again.
func Restartable(ctx context.Context, b state.Box, seconds *int) error {
	if err := Stop(ctx, b, seconds); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return unwatched(ctx, b)
}

// Processes lists the container's processes as the machine counts them.
func Processes(b state.Box) ([]int, error) {
	s, err := running(b)
	if err != nil {
		return nil, err
	}
	if s.Group != nil {
		return s.Group.Processes()
	}
	// Without a cgroup: those in its pid namespace.
	return portrait.Members(nil, s.PID)
}
