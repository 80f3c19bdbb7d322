package monitor

import (
	"net"
	"os"
	"runtime"
	"strconv"
	"sync"

	"byhand/lab/cgroup"
	"byhand/lab/container"
	"byhand/lab/process"
)

// Exec starts a program in a container whose first process is pid, and stands
// beside it as a monitor does beside a container: what it returns is a client's
// connection. There is no log.
func Exec(pid int, group *cgroup.Group, g container.Guest, open bool) (net.Conn, error) {
	pipes, err := openPipes(container.Config{TTY: g.Program.TTY, OpenStdin: open})
	if err != nil {
		return nil, err
	}
	p, err := enter(pid, group, g, pipes)
	if err != nil {
		pipes.close()
		return nil, err
	}
	ours, theirs := net.Pipe()
	m := &monitor{config: container.Config{OpenStdin: open}, clients: &clients{input: &input{once: true}}}
	m.clients.add(theirs)
	var done sync.WaitGroup
	m.clients.input.set(pipes.input(open))
	m.pass(pipes, &done)
	go func() {
		status, _ := p.Wait() // it is our child
		done.Wait()
		pipes.close()
		m.clients.send(Exited, []byte(strconv.Itoa(status)))
	}()
	return ours, nil
}

// ExecDetached starts a program in a container and leaves it alone.
func ExecDetached(pid int, group *cgroup.Group, g container.Guest) error {
	pipes, err := openPipes(container.Config{TTY: g.Program.TTY})
	if err != nil {
		return err
	}
	defer pipes.close()
	null := [3]*os.File{}
	closeAll(pipes.inside[:]...)
	pipes.inside = null
	p, err := enter(pid, group, g, pipes)
	if err != nil {
		return err
	}
	p.Release()
	return nil
}

// enter starts the program inside, in the container's cgroup, and waits until
// it runs.
func enter(pid int, group *cgroup.Group, g container.Guest, pipes *pipes) (*process.Process, error) {
	command, err := container.Joined(pid, g)
	if err != nil {
		return nil, err
	}
	command.Stdin, command.Stdout, command.Stderr = pipes.inside[0], pipes.inside[1], pipes.inside[2]
	command.Files = []*os.File{pipes.socket[1]}
	p, err := startIn(group, command)
	if err != nil {
		return nil, err
	}
	pipes.closeInside()
	var outcome container.Outcome
	err = p.Follow(background(), &outcome)
	if err == nil && outcome.Status != 0 {
		err = &startError{outcome}
	}
	if err == nil {
		err = pipes.takeTerminal()
	}
	if err != nil {
		_ = p.Kill()
		_, _ = p.Wait()
		return nil, err
	}
	return p, nil
}

// startIn starts a process in a cgroup. Inside the container there would be no
// way to it: its files are not in sight there.
func startIn(group *cgroup.Group, c process.Command) (p *process.Process, err error) {
	if group == nil {
		return process.Start(nil, c)
	}
	for _, d := range group.Dirs {
		if d.Version == 2 {
			c.Born = func(pid int) error { return group.Join(pid).Perform(nil) }
			return process.Start(nil, c)
		}
	}
	// On v1 a thread can go in alone, at once, and what it forks is born there;
	// to move another process takes the kernel some 10 ms for each hierarchy.
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with us
		if err = group.JoinSelf(nil); err == nil {
			p, err = process.Start(nil, c)
		}
	}()
	<-done
	return p, err
}
