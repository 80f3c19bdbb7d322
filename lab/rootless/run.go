package rootless

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"

	"golang.org/x/sys/unix"

	"byhand/lab/cgroup"
	"byhand/lab/process"
)

// Stage is the name by which a binary's Table has the stage of Run.
const Stage = "rootless"

// Lack is the variable that tells those inside why systemd has handed no part
// of the cgroup tree to the user, if it was asked and has not.
const Lack = "BYHAND_NOT_DELEGATED"

// Job is a command of byhand's to be run inside.
type Job struct {
	// Dir is the engine's directory, without symbolic links: who owns one that is
	// not the user's can't be told inside.
	Dir string
	// Args are the words of the command.
	Args []string
	// Groups says that the command puts processes into cgroups.
	Groups bool
	// Env is for its environment, as "NAME=value".
	Env []string
}

// Order is what the stage is told.
type Order struct {
	// Dir is the working directory: who joins another mount namespace finds
	// themself at its root.
	Dir string
	// Args are the words of the command.
	Args []string
}

// Run runs the command and returns its exit status. It has our input and
// output, and gets the signals that we get.
func Run(ctx context.Context, j Job) (int, error) {
	// The command ends with the thread that started it: see Child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	dir, err := os.Getwd()
	if err != nil {
		return 0, err
	}
	env := append(j.Env, Lack+"=")
	if j.Groups {
		env[len(env)-1] += delegate(ctx)
	}
	came := make(chan os.Signal, 16)
	signal.Notify(came, process.Forwarded()...)
	defer signal.Stop(came)
	p, err := Start(j.Dir, process.Command{
		Stage: Stage, Args: Order{Dir: dir, Args: j.Args}, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Env: env,
		// In no container's pid namespace.
		Bare: true,
	})
	if err != nil {
		return 0, err
	}
	go forward(came, p.PID)
	var status int
	followed := p.Follow(context.WithoutCancel(ctx), &status)
	ended, err := p.Wait()
	if followed != nil {
		status = ended // it was killed
	}
	return status, err
}

// delegate asks for a part of the cgroup tree where we have none yet, and
// returns why there is none.
func delegate(ctx context.Context) string {
	if _, err := cgroup.Locate(cgroup.PIDs); !errors.Is(err, cgroup.ErrNotDelegated) {
		return ""
	}
	if err := cgroup.Delegate(ctx, nil); err != nil {
		return err.Error()
	}
	return ""
}

// forward passes signals on, but not those that a terminal sends to all of its
// foreground processes anyway.
func forward(came <-chan os.Signal, pid int) {
	for s := range came {
		number := s.(unix.Signal)
		keys := number == unix.SIGINT || number == unix.SIGQUIT || number == unix.SIGHUP
		if keys && foreground() {
			continue
		}
		_ = unix.Kill(pid, number) // our child, which has not been waited for
	}
}

// foreground reports whether we are what the keys of our terminal interrupt.
func foreground() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// Child makes this process, which Run has started, end when that is killed, and
// takes it to where that is.
func Child(c *process.Child, o Order) error {
	if err := os.Chdir(o.Dir); err != nil {
		return fmt.Errorf("enter the working directory inside: %w", err)
	}
	if err := c.Trace.DieWithParent(); err != nil {
		return fmt.Errorf("end with the command outside: %w", err)
	}
	if c.Orphaned() {
		return errors.New("the command outside has ended")
	}
	return process.Forget()
}
