package monitor

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"byhand/lab/cgroup"
	"byhand/lab/container"
	"byhand/lab/process"
	"byhand/lab/rootless"
	"byhand/lab/state"
)

// startError is why a program was not executed.
type startError struct{ container.Outcome }

func (e *startError) Error() string { return e.Reason }

// Outcome says why a program was not executed, for an error of Exec's.
func Outcome(err error) (container.Outcome, bool) {
	e := (*startError)(nil)
	if errors.As(err, &e) {
		return e.Outcome, true
	}
	return container.Outcome{}, false
}

// failure is the content of a Failed frame.
func failure(err error) []byte {
	outcome := container.Outcome{Status: 125, Reason: err.Error()}
	if e := (*startError)(nil); errors.As(err, &e) {
		outcome = e.Outcome
	}
	text, _ := json.Marshal(outcome) // plain data
	return text
}

// once runs the container one time: it makes everything, waits for the end,
// and takes everything away again but the files.
func (m *monitor) once() (status int, err error) {
	plan, err := m.plan()
	if err != nil {
		return -1, m.failed(err)
	}
	pipes, err := openPipes(m.config)
	if err != nil {
		return -1, m.failed(err)
	}
	defer pipes.close()
	p, err := m.start(plan, pipes)
	if err != nil {
		return -1, m.failed(errors.Join(err, m.clear(plan.Group)))
	}
	var done sync.WaitGroup
	m.clients.input.set(pipes.input(m.config.OpenStdin))
	m.box.Note("start")
	// A client takes this for the first that it hears, so before any output.
	m.clients.send(Started, nil)
	m.pass(pipes, &done)
	status, err = p.Wait()
	done.Wait()
	m.clients.input.set(nil, nil)
	m.journal.flush()
	m.record.PID, m.record.ExitCode, m.record.Finished = 0, status, time.Now().UTC()
	m.record.Restarting = m.again(status)
	m.record.OOMKilled = outOfMemory(plan.Group)
	err = errors.Join(err, m.clear(plan.Group))
	// Before the record, which is what who stops it waits for.
	if m.record.OOMKilled {
		m.box.Note("oom")
	}
	m.box.Note("die", "exitCode", strconv.Itoa(status),
		"execDuration", strconv.Itoa(int(m.record.Finished.Sub(m.record.Started).Seconds())))
	return status, errors.Join(err, m.box.SetRecord(m.record))
}

// plan works out what the container needs, and makes its cgroup.
func (m *monitor) plan() (container.Plan, error) {
	c := m.config
	plan := container.Plan{Config: c, Root: m.box.Root(c), Files: etcFiles(m.box, c), Volumes: m.box.Volumes().Dir}
	before, err := m.box.Status()
	if err != nil {
		return plan, err
	}
	plan.First = before.Started.IsZero()
	if plan.Caps, err = c.Security.Caps(); err != nil {
		return plan, err
	}
	if plan.Filter, err = c.Security.Filter(plan.Caps); err != nil {
		return plan, err
	}
	if err := plan.Root.Make(); err != nil {
		return plan, err
	}
	for _, s := range c.Mounts {
		if err := s.EnsureSource(); err != nil {
			return plan, err
		}
	}
	plan.Group, err = m.group()
	return plan, err
}

// group makes the container's cgroup; nil where this machine has none for us.
func (m *monitor) group() (*cgroup.Group, error) {
	g, err := m.config.NewGroup(m.box.Group())
	if err != nil && m.config.Rootless {
		return nil, unlimited(err)
	}
	if err != nil || g == nil {
		return nil, err
	}
	err = m.config.MakeGroup(g)
	if errors.Is(err, unix.EEXIST) { // a crash has left it
		if err = m.box.Sweep(background()); err == nil {
			err = m.config.MakeGroup(g)
		}
	}
	if err != nil {
		return nil, errors.Join(err, g.Remove(background(), nil))
	}
	return g, nil
}

// unlimited says why an ordinary user's container can't have a limit.
func unlimited(err error) error {
	if lack := os.Getenv(rootless.Lack); lack != "" {
		err = fmt.Errorf("%w: %s", err, lack)
	}
	return fmt.Errorf("%w; without root (sudo) that takes cgroup v2 and a part of its tree that systemd delegates to the user", err)
}

// start starts the container's first process and waits until it has become the
// program.
func (m *monitor) start(plan container.Plan, pipes *pipes) (*process.Process, error) {
	command := container.Born(plan)
	command.Stdin, command.Stdout, command.Stderr = pipes.inside[0], pipes.inside[1], pipes.inside[2]
	command.Files = []*os.File{pipes.socket[1]}
	command.Born = func(pid int) error {
		m.record.Group = plan.Group
		m.record.Error, m.record.ExitCode = "", 0
		if err := m.box.Started(pid, &m.record); err != nil {
			return err
		}
		return m.joinNetwork(pid)
	}
	p, err := process.Start(nil, command)
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

// networked reports whether the engine connects the container with anything.
func (m *monitor) networked() bool {
	return m.network != nil && m.config.Network != container.None && m.config.Network != container.Host
}

// joinNetwork connects the container, whose first process waits meanwhile.
func (m *monitor) joinNetwork(pid int) (err error) {
	if m.networked() {
		if m.record.Address, err = m.network.Connect(m.box, m.config, pid); err != nil {
			return fmt.Errorf("connect to network %s: %w", m.config.Network, err)
		}
		if err := m.box.SetRecord(m.record); err != nil {
			return err
		}
	}
	return writeEtc(m.box, m.config, m.record.Address)
}

// clear takes away what the kernel still holds of a container that has ended.
func (m *monitor) clear(g *cgroup.Group) error {
	var err error
	if m.networked() {
		err = m.network.Disconnect(m.box)
		m.record.Address = state.Address{}
	}
	m.record.Group = nil
	if g == nil {
		return err
	}
	return errors.Join(err, g.Kill(background(), nil), g.Remove(background(), nil))
}

// failed records that the container could not be started.
func (m *monitor) failed(err error) error {
	exit := 125
	if e := (*startError)(nil); errors.As(err, &e) {
		exit = e.Status
	}
	m.record.PID, m.record.Group, m.record.ExitCode, m.record.Error, m.record.Restarting = 0, nil, exit, err.Error(), false
	m.record.Started = time.Time{}
	return errors.Join(err, m.box.SetRecord(m.record))
}

// outOfMemory reports whether the kernel killed one of the group's processes
// for want of memory.
func outOfMemory(g *cgroup.Group) bool {
	if g == nil {
		return false
	}
	s, err := g.MemoryStat()
	return err == nil && s.OOMKills > 0
}
