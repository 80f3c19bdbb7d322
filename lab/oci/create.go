package oci

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/container"
	"byhand/lab/process"
	"byhand/lab/seccomp"
)

// CreateOptions are the flags of create.
type CreateOptions struct {
	// Bundle is the directory with config.json.
	Bundle string
	// ConsoleSocket is a Unix socket that gets the terminal, if there is one.
	ConsoleSocket string
	// PIDFile gets the pid of the container's first process.
	PIDFile string
	// Stdin, Stdout and Stderr are the container's where it has no terminal.
	Stdin, Stdout, Stderr *os.File
}

// StageInit names Init in the binary's table of stages, and StageExec Enter.
const (
	StageInit = "oci init"
	StageExec = "oci exec"
)

// Create makes a container that waits to be started.
func (s Store) Create(ctx context.Context, id string, o CreateOptions) (c *Container, err error) {
	bundle, err := filepath.Abs(o.Bundle)
	if err != nil {
		return nil, err
	}
	spec, err := Load(bundle)
	if err != nil {
		return nil, err
	}
	if c, err = s.claim(id); err != nil {
		return nil, err
	}
	c.Bundle, c.Spec = bundle, *spec
	defer func() {
		if err != nil {
			err = errors.Join(err, c.remove(context.WithoutCancel(ctx)))
		}
	}()
	if err := c.makeGroup(); err != nil {
		return c, err
	}
	if err := c.bear(ctx, o); err != nil {
		return c, err
	}
	if o.PIDFile == "" {
		return c, nil
	}
	return c, writePID(o.PIDFile, c.PID)
}

// makeGroup makes the cgroup. It is remembered before it is there.
func (c *Container) makeGroup() (err error) {
	if c.Group, err = groupOf(&c.Spec, c.dir); err != nil {
		return err
	}
	if err := c.save(); err != nil {
		return err
	}
	if c.Parents, err = c.Group.MakeBelow(nil); err != nil {
		return err
	}
	if err := c.save(); err != nil {
		return err
	}
	return setLimits(c.Group, c.Spec.Linux.Resources)
}

// bear starts the container's first process and follows it until it waits to
// be started.
func (c *Container) bear(ctx context.Context, o CreateOptions) error {
	filter, err := filterOf(&c.Spec)
	if err != nil {
		return err
	}
	console, err := dialConsole(c.Spec.Process, o.ConsoleSocket)
	if err != nil {
		return err
	}
	start, err := listen(c.dir, filepath.Base(c.startSocket()))
	if err != nil {
		return err
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socketpair: %w", err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "sync"), os.NewFile(uintptr(pair[1]), "sync")
	files := []*os.File{theirs, start}
	if console != nil {
		files = append(files, console)
	}
	defer func() {
		for _, f := range append(files, ours) {
			_ = f.Close()
		}
	}()
	state := c.State()
	command := process.Command{
		Stage: StageInit, Args: Birth{Spec: c.Spec, State: state, Group: c.Group, Filter: filter},
		Clone: born(&c.Spec), UIDMap: mapping(c.Spec.Linux.UIDMappings), GIDMap: mapping(c.Spec.Linux.GIDMappings),
		Stdin: o.Stdin, Stdout: o.Stdout, Stderr: o.Stderr, Files: files,
		Born: func(pid int) (err error) {
			if c.Start, err = kernel.StartTime(pid); err != nil {
				return err
			}
			c.PID = pid
			if err := c.save(); err != nil {
				return err
			}
			if _, found := namespaceOf(&c.Spec, specs.UserNamespace); found {
				return c.Group.Join(pid).Perform(nil)
			}
			return nil
		},
	}
	var p *process.Process
	err = inPIDNamespace(nil, &c.Spec, func() (err error) { p, err = process.Start(nil, command); return err })
	if err != nil {
		return err
	}
	if err := c.follow(ctx, p, ours, theirs, state); err != nil {
		_ = p.Kill()
		_, _ = p.Wait()
		return err
	}
	p.Release()
	return nil
}

// follow runs the hooks when the process is ready for them, and waits until it
// has become the container, but for its program.
func (c *Container) follow(ctx context.Context, p *process.Process, ours, theirs *os.File, state specs.State) error {
	_ = theirs.Close() // a read ends when the process does
	if h := c.Spec.Hooks; h != nil {
		state.Pid = c.PID
		created := state
		created.Status = specs.StateCreated // what hooks of that kind have always been told
		ready := make([]byte, 1)
		n, err := ours.Read(ready)
		if n == 1 && err == nil {
			//lint:ignore SA1019 configurations still have them
			if err := runHooks("prestart", h.Prestart, created); err != nil {
				return err
			}
			if err := runHooks("createRuntime", h.CreateRuntime, state); err != nil {
				return err
			}
			_, _ = ours.Write([]byte{0})
		}
	}
	var outcome container.Outcome
	if err := p.Follow(ctx, &outcome); err != nil {
		return err
	}
	if outcome.Status != 0 {
		return errors.New(outcome.Reason)
	}
	return nil
}

// listen makes a listening socket in a directory, whose path may be longer than
// a socket's address (unix(7): 107 bytes).
func listen(dir, name string) (*os.File, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	path := fmt.Sprintf("/proc/self/fd/%d/%s", d.Fd(), name)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false)
	defer l.Close()
	return l.File()
}

// filterOf compiles the configuration's seccomp profile.
func filterOf(spec *specs.Spec) ([]unix.SockFilter, error) {
	if spec.Linux.Seccomp == nil {
		return nil, nil
	}
	text, err := json.Marshal(spec.Linux.Seccomp)
	if err != nil {
		return nil, err
	}
	profile, err := seccomp.Parse(text)
	if err != nil {
		return nil, err
	}
	filter, err := profile.Compile(0)
	if err != nil {
		return nil, fmt.Errorf("linux.seccomp: %w", err)
	}
	return filter, nil
}

// writePID writes a pid file as a whole: engines wait for it to appear.
func writePID(path string, pid int) error {
	if err := os.WriteFile(path+".new", []byte(strconv.Itoa(pid)), 0o644); err != nil {
		return fmt.Errorf("--pid-file: %w", err)
	}
	return os.Rename(path+".new", path)
}
