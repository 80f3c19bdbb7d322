package sandbox

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"byhand/lab/chroot"
	"byhand/lab/mount"
	"byhand/lab/namespace"
	"byhand/lab/process"
	"byhand/lab/pty"
	"byhand/lab/sys"
)

// KeepTerminal is a stage, Keep for a container on a terminal: the monitor makes
// the pair, gives away the slave, and copies at the master.
func KeepTerminal(c *process.Child, k Kept) (struct{}, error) {
	if err := c.Trace.Setsid(); err != nil {
		return struct{}{}, err
	}
	pair, err := pty.Make(c.Trace, "/dev/ptmx")
	if err != nil {
		return struct{}{}, err
	}
	in, out, err := k.open()
	if err != nil {
		return struct{}{}, err
	}
	p, err := k.StartOn(c.Trace, pair.Slave)
	if err != nil {
		return struct{}{}, err
	}
	if err := k.write("monitor", os.Getpid()); err != nil {
		return struct{}{}, err
	}
	c.Report(struct{}{}) // who started us need not wait any longer
	// What comes through the pipe is typed, and what is shown is written down.
	go func() { _, _ = io.Copy(pair.Master, in) }()
	_, _ = io.Copy(out, pair.Master) // EIO once nobody has the slave open
	status, err := p.Wait()
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, k.write("status", status)
}

// StartOn starts the container's program on a terminal, and lets go of that: as
// long as we have it too, its master never learns that the program has ended.
func (k Kept) StartOn(t *sys.Tracer, slave *os.File) (*process.Process, error) {
	name, err := t.Readlink(fmt.Sprintf("/proc/self/fd/%d", slave.Fd()))
	if err != nil {
		return nil, err
	}
	command := namespace.Isolated(namespace.Six, "terminal", Seat{Program: k.Program, Terminal: name})
	command.Stdin, command.Stdout, command.Stderr = slave, slave, slave
	command.Born = func(pid int) error { return k.write("pid", pid) }
	p, err := process.Start(t, command)
	if err != nil {
		return nil, err
	}
	if err := p.Follow(context.Background(), nil); err != nil {
		return nil, err
	}
	return p, slave.Close()
}

// Seat is a program's place before a terminal.
type Seat struct {
	// Program is what runs there.
	Program chroot.Program
	// Terminal is the slave's path outside, such as /dev/pts/3.
	Terminal string
}

// OnTerminal is a stage: born in new namespaces, with a terminal as its input and
// output, it makes that its own and becomes a program inside another root.
func OnTerminal(c *process.Child, s Seat) (struct{}, error) {
	// Who leads a session may take a terminal for it that no other session has.
	// Without, the terminal can be read and written, and Ctrl-C goes to nobody.
	if err := c.Trace.Setsid(); err != nil {
		return struct{}{}, err
	}
	if err := c.Trace.ControllingTerminal(0); err != nil {
		return struct{}{}, err
	}
	if err := c.Trace.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return struct{}{}, err
	}
	// Its name is one of the machine's. Shown at a file of the root it has one
	// inside, too, for programs such as tty(1) that ask for it.
	console := filepath.Join(s.Program.Root, "dev", "console")
	f, err := os.OpenFile(console, os.O_CREATE|os.O_RDONLY|unix.O_NOCTTY|unix.O_NONBLOCK, 0o620)
	if err != nil {
		return struct{}{}, fmt.Errorf("make a place for the terminal: %w", err)
	}
	_ = f.Close()
	if err := mount.Bind(c.Trace, s.Terminal, console, false); err != nil {
		return struct{}{}, err
	}
	return chroot.Run(c, s.Program)
}
