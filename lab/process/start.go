package process

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Process is a child that was started.
type Process struct {
	// PID is the child's, as this process sees it.
	PID    int
	pidfd  *os.File
	report *os.File
	trace  *sys.Tracer
}

// Start makes the child and lets it go. What it does then is told by Follow.
func Start(t *sys.Tracer, c Command) (*Process, error) {
	args, err := json.Marshal(c.Args)
	if err != nil {
		return nil, fmt.Errorf("stage %s: arguments: %w", c.Stage, err)
	}
	var h handles
	defer h.closeChildSide()
	p, err := h.plan(c, t != nil)
	if err != nil {
		h.closeParentSide()
		return nil, fmt.Errorf("stage %s: %w", c.Stage, err)
	}
	pid, err := birth(t, c, p, &h)
	if err == nil {
		err = release(t, c, pid, &h, args)
	}
	if err != nil {
		h.closeParentSide()
		// The start pipe's end has made the child exit.
		reap(pid)
		return nil, fmt.Errorf("stage %s: %w", c.Stage, err)
	}
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return nil, fmt.Errorf("stage %s: pidfd_open(%d): %w", c.Stage, pid, err)
	}
	return &Process{PID: pid, pidfd: os.NewFile(uintptr(pidfd), "pidfd"), report: h.reportR, trace: t}, nil
}

// birth forks and reads what the child tells of its first steps. It returns
// the pid of the process that will run the stage.
func birth(t *sys.Tracer, c Command, p *plan, h *handles) (int, error) {
	pid, errno := fork(p)
	flags := sys.CloneFlags(c.Clone)
	if c.Clone == 0 {
		flags = "SIGCHLD"
	} else {
		flags += "|SIGCHLD"
	}
	if err := t.Result("clone", pid, errno, "child_stack=NULL", "flags="+flags); err != nil {
		return 0, err
	}
	h.statusW.Close()
	h.exe.Close() // the child's copy is closed by its exec
	if c.Join == 0 {
		return pid, nil
	}
	defer reap(pid) // it ends when it has made the one that stays
	for {
		var s step
		if err := binary.Read(h.statusR, binary.NativeEndian, &s); err != nil {
			return 0, fmt.Errorf("join the namespaces of process %d: child ended: %w", c.JoinPID, err)
		}
		switch s.Which {
		case stepJoined:
			call := sys.Call{PID: pid, Name: "setns", Args: []string{strconv.Itoa(int(p.pidfd)), sys.CloneFlags(c.Join)}}
			if err := t.ResultOf(call, unix.Errno(s.Value)); err != nil {
				return 0, err
			}
		case stepUser:
			if s.Value != 0 {
				return 0, fmt.Errorf("become root in the user namespace of process %d: %w", c.JoinPID, unix.Errno(s.Value))
			}
		case stepBorn:
			if s.Value < 0 {
				return 0, fmt.Errorf("clone in the namespaces of process %d: %w", c.JoinPID, unix.Errno(-s.Value))
			}
			return int(s.Value), nil
		}
	}
}

// release does what must be done before the child may run, and then says go.
func release(t *sys.Tracer, c Command, pid int, h *handles, args []byte) error {
	if c.Born != nil {
		if err := c.Born(pid); err != nil {
			return err
		}
	}
	if c.Clone&unix.CLONE_NEWUSER != 0 {
		if err := mapIDs(t, pid, c.UIDMap, c.GIDMap); err != nil {
			return err
		}
	}
	// One byte for forkRaw, the rest for the stage.
	if _, err := h.startW.Write(append([]byte{'\n'}, args...)); err != nil {
		return fmt.Errorf("start process %d: %w", pid, err)
	}
	h.startW.Close()
	var s step
	err := binary.Read(h.statusR, binary.NativeEndian, &s)
	h.statusR.Close()
	if !errors.Is(err, io.EOF) {
		return fmt.Errorf("execveat of byhand itself in process %d: %w", pid, unix.Errno(s.Value))
	}
	return nil
}

// Follow reads what the child reports until it ends or executes another
// program, passes its system calls on, and decodes its result into result,
// which may be nil. Where ctx ends first, the child is killed.
func (p *Process) Follow(ctx context.Context, result any) error {
	defer p.report.Close()
	killed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { defer close(killed); _ = p.Kill() })
	defer func() {
		if !stop() {
			<-killed // the pidfd must stay open until then
		}
	}()

	var executed *sys.Call
	for in := json.NewDecoder(p.report); ; {
		var m message
		if err := in.Decode(&m); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if errors.Is(err, io.EOF) && executed != nil {
				p.trace.Report(*executed)
				return nil
			}
			return fmt.Errorf("process %d ended without a result: %w", p.PID, err)
		}
		switch {
		case m.Call != nil && m.Call.PID != 0: // of one that the child started itself
			p.trace.Report(*m.Call)
		case m.Call != nil && m.Call.Name == "execve" && !m.Call.Failed():
			m.Call.PID = p.PID
			executed = m.Call
		case m.Call != nil:
			m.Call.PID = p.PID
			p.trace.Report(*m.Call)
		case m.Error != nil:
			return m.Error
		case result != nil:
			return json.Unmarshal(m.Result, result)
		default:
			return nil
		}
	}
}

// Kill sends SIGKILL, by pidfd, so that no other process that was given the
// same number since can be hit.
func (p *Process) Kill() error {
	return unix.PidfdSendSignal(int(p.pidfd.Fd()), unix.SIGKILL, nil, 0)
}

// Wait waits for the child's end, forgets it, and returns its exit status, or
// 128 and the signal's number.
func (p *Process) Wait() (int, error) {
	defer p.pidfd.Close()
	return reap(p.PID)
}

func reap(pid int) (int, error) {
	if pid == 0 {
		return 0, nil
	}
	var status unix.WaitStatus
	for {
		_, err := unix.Wait4(pid, &status, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return 0, fmt.Errorf("wait for process %d: %w", pid, err)
		case status.Signaled():
			return 128 + int(status.Signal()), nil
		}
		return status.ExitStatus(), nil
	}
}

// Run starts a child, follows it to its end, and reaps it.
func Run(ctx context.Context, t *sys.Tracer, c Command, result any) error {
	p, err := Start(t, c)
	if err != nil {
		return err
	}
	err = p.Follow(ctx, result)
	_, waitErr := p.Wait()
	if err != nil {
		return err
	}
	return waitErr
}

// environment is the child's: ours, what the command adds, and what it is. A
// stage that starts another one has such variables itself.
func environment(c Command, traced bool, fds []string) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return name == envStage || name == envFiles || name == envTrace
	})
	env = append(env, c.Env...)
	if traced {
		env = append(env, envTrace+"=1")
	}
	return append(env, envStage+"="+c.Stage, envFiles+"="+strings.Join(fds, ","))
}

// Release lets go of a child that is to go on by itself: what it reports goes
// nowhere.
func (p *Process) Release() {
	_ = p.report.Close()
	_ = p.pidfd.Close()
}
