package state

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/cgroup"
)

// Record is what is remembered of a container's process: state.json.
type Record struct {
	// PID is its first process as the machine counts, 0 where it has ended, and
	// Start the time at which that started, which makes the pair unique.
	PID   int
	Start uint64
	// Boot is the machine's boot in which that was.
	Boot string
	// Started and Finished are when it last did so.
	Started, Finished time.Time
	// ExitCode is how it ended.
	ExitCode int
	// OOMKilled says that the kernel killed one of its processes for memory.
	OOMKilled bool
	// Error is why it could not be started.
	Error string
	// Restarts counts how often it was started again by itself, and Restarting
	// says that its monitor is about to do so.
	Restarts   int
	Restarting bool `json:",omitempty"`
	// Group is the cgroup that it is in.
	Group *cgroup.Group `json:",omitempty"`
	// Address is what its network gave it, for people and scripts.
	Address Address `json:",omitzero"`
}

// Address is a container's in a network.
type Address struct {
	// IP, Prefix, Gateway and MAC are as ip(8) shows them.
	IP      string
	Prefix  int
	Gateway string
	MAC     string
	// Ports are the published ones, such as "80/tcp -> 0.0.0.0:8080".
	Ports []string
}

// Status is a Record and what the kernel says of it now.
type Status struct {
	Record
	// Word is "created", "running", "paused", "restarting" or "exited".
	Word string

	// lost says that the record has it running and the kernel knows better.
	lost bool
}

// Running reports whether the container has a process.
func (s Status) Running() bool { return s.Word == "running" || s.Word == "paused" }

// boot identifies this boot of the machine.
func boot() string {
	text, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(text))
}

// statuses that a container is said to have ended with where nobody saw it.
const (
	lostKilled = 137 // it ended together with its monitor, by SIGKILL
	lostBoot   = 255 // the machine went down
)

// Status tells how the container fares. Whether a process lives is asked of
// the kernel; what was written last may have been true then only.
func (b Box) Status() (Status, error) {
	var s Status
	err := b.read("state.json", &s.Record)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	switch {
	case s.PID != 0 && s.Boot == boot() && kernel.Alive(s.PID, s.Start):
		s.Word = "running"
		if s.frozen() {
			s.Word = "paused"
		}
		return s, nil
	case s.PID != 0 && s.Boot != boot():
		s.ExitCode = lostBoot
	case s.PID != 0:
		s.ExitCode = lostKilled
	case s.Started.IsZero():
		s.Word = "created"
		return s, nil
	}
	s.Word = "exited"
	if s.Restarting && b.Watched() {
		s.Word = "restarting"
	}
	if s.PID != 0 {
		s.PID, s.lost = 0, true
		if info, err := os.Stat(b.Path("state.json")); err == nil && s.Finished.Before(s.Started) {
			s.Finished = info.ModTime()
		}
	}
	return s, nil
}

// frozen asks the freezer.
func (s Status) frozen() bool {
	if s.Group == nil {
		return false
	}
	frozen, err := s.Group.Frozen()
	return err == nil && frozen
}

// Started records the container's first process, before it does anything.
func (b Box) Started(pid int, r *Record) error {
	start, err := kernel.StartTime(pid)
	if err != nil {
		return fmt.Errorf("record process %d: %w", pid, err)
	}
	r.PID, r.Start, r.Boot, r.Started, r.Restarting = pid, start, boot(), time.Now().UTC(), false
	return b.SetRecord(*r)
}

// SetRecord writes the record.
func (b Box) SetRecord(r Record) error { return b.write("state.json", r) }

// Open returns a descriptor for the container's first process, by which it can
// be signalled and waited for, whatever its number stands for later.
func (s Status) Open() (*os.File, error) {
	if s.PID == 0 {
		return nil, unix.ESRCH
	}
	fd, err := unix.PidfdOpen(s.PID, 0)
	if err != nil {
		return nil, fmt.Errorf("pidfd_open(%d): %w", s.PID, err)
	}
	f := os.NewFile(uintptr(fd), "pidfd")
	if !kernel.Alive(s.PID, s.Start) {
		_ = f.Close()
		return nil, unix.ESRCH
	}
	return f, nil
}

// Signal sends a signal to the container's first process.
func (s Status) Signal(signal unix.Signal) error {
	f, err := s.Open()
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.PidfdSendSignal(int(f.Fd()), signal, nil, 0)
}

// Await waits until the container has ended and its monitor has written down
// how. Where the monitor was killed, nobody will.
func (b Box) Await(ctx context.Context) (Status, error) {
	for {
		// Asked first: a monitor that is gone by then has written what it will.
		watched := b.Watched()
		s, err := b.Status()
		if err != nil {
			return s, err
		}
		ended := s.Word == "exited" || s.Word == "restarting" || s.Word == "created"
		if ended && !(s.lost && watched) {
			return s, nil
		}
		if err := s.pause(ctx); err != nil {
			return s, err
		}
	}
}

// pause waits for the process's end, or a moment where it has ended already.
func (s Status) pause(ctx context.Context) error {
	f, err := s.Open()
	if err != nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
			return nil
		}
	}
	defer f.Close()
	// In slices, so that the end of ctx is seen.
	_, err = unix.Poll([]unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLIN}}, 100)
	if err != nil && !errors.Is(err, unix.EINTR) {
		return fmt.Errorf("poll pidfd: %w", err)
	}
	return ctx.Err()
}

// AwaitEnd waits until the container does not run and is not about to be
// started again; one that removes itself was there at first only.
func (b Box) AwaitEnd(ctx context.Context) (Status, error) {
	last := Status{}
	for {
		s, err := b.Await(ctx)
		if errors.Is(err, fs.ErrNotExist) {
			return last, nil
		}
		if err != nil || s.Word != "restarting" {
			return s, err
		}
		last = s
		if err := s.pause(ctx); err != nil {
			return s, err
		}
	}
}
