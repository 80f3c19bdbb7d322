package oci

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/cgroup"
)

// StartProgram lets a created container's program go, and returns once it runs.
func (c *Container) StartProgram() error {
	if status := c.Status(); status != specs.StateCreated {
		return fmt.Errorf("cannot start a container that is %s", status)
	}
	dir, err := os.Open(c.dir)
	if err != nil {
		return err
	}
	defer dir.Close()
	conn, err := net.Dial("unix", fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(c.startSocket())))
	if err != nil {
		return fmt.Errorf("start container %s: %w", c.ID, err)
	}
	defer conn.Close()
	// From here on nobody can start it again.
	if err := os.Remove(c.startSocket()); err != nil {
		return err
	}
	said, err := io.ReadAll(conn)
	if err != nil {
		return fmt.Errorf("start container %s: %w", c.ID, err)
	}
	if len(said) > 0 {
		return errors.New(string(said))
	}
	if h := c.Spec.Hooks; h != nil {
		return runHooks("poststart", h.Poststart, c.State())
	}
	return nil
}

// Signal sends a signal to the container's first process, or with all to every
// process in its cgroup.
func (c *Container) Signal(signal unix.Signal, all bool) error {
	if status := c.Status(); status == specs.StateStopped || status == specs.StateCreating {
		if all && status == specs.StateStopped {
			return c.signalGroup(signal)
		}
		return errors.New("container not running")
	}
	if all {
		return c.signalGroup(signal)
	}
	return signalOne(c.PID, c.Start, signal)
}

func (c *Container) signalGroup(signal unix.Signal) error {
	pids, err := c.Group.Processes()
	if err != nil {
		return err
	}
	for _, pid := range pids {
		if start, err := kernel.StartTime(pid); err == nil {
			if err := signalOne(pid, start, signal); err != nil {
				return err
			}
		}
	}
	return nil
}

// signalOne signals by pidfd, once it is certain whose it is.
func signalOne(pid int, start uint64, signal unix.Signal) error {
	fd, err := unix.PidfdOpen(pid, 0)
	if err == nil {
		defer func() { _ = unix.Close(fd) }()
		if !kernel.Alive(pid, start) {
			return nil
		}
		err = unix.PidfdSendSignal(fd, signal, nil, 0)
	}
	if err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("send signal %d to process %d: %w", signal, pid, err)
	}
	return nil
}

// Pause freezes the container's processes, and Resume thaws them.
func (c *Container) Pause(ctx context.Context) error {
	if status := c.Status(); status != specs.StateRunning && status != specs.StateCreated {
		return fmt.Errorf("cannot pause a container that is %s", status)
	}
	if err := c.Group.Freeze().Perform(nil); err != nil {
		return err
	}
	return c.Group.WaitFrozen(ctx, nil)
}

// Resume lets a paused container go on.
func (c *Container) Resume() error {
	if status := c.Status(); status != Paused {
		return fmt.Errorf("cannot resume a container that is %s", status)
	}
	return c.Group.Thaw().Perform(nil)
}

// Processes are the pids of all that is in the container.
func (c *Container) Processes() ([]int, error) { return c.Group.Processes() }

// Delete removes a container that has stopped; with force it is killed first.
func (c *Container) Delete(ctx context.Context, force bool) error {
	if status := c.Status(); status != specs.StateStopped && !force {
		return fmt.Errorf("cannot delete container %s that is not stopped: %s", c.ID, status)
	}
	if err := c.remove(ctx); err != nil {
		return err
	}
	if h := c.Spec.Hooks; h != nil {
		state := c.State()
		state.Status, state.Pid = specs.StateStopped, 0
		return runHooks("poststop", h.Poststop, state)
	}
	return nil
}

// remove takes away everything that there is of the container.
func (c *Container) remove(ctx context.Context) error {
	if c.PID != 0 {
		if err := signalOne(c.PID, c.Start, unix.SIGKILL); err != nil {
			return err
		}
	}
	if c.Group != nil {
		// A frozen process of v1 does not die.
		_ = c.Group.Thaw().Perform(nil)
		if err := c.Group.Kill(ctx, nil); err != nil {
			return err
		}
		if err := c.Group.Remove(ctx, nil); err != nil {
			return err
		}
		if err := cgroup.RemoveParents(nil, c.Parents); err != nil {
			return err
		}
	}
	return os.RemoveAll(c.dir)
}
