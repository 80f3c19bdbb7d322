// Package guide lets a person make a lesson's steps with commands of their own:
// it opens their shell in a pseudoterminal, watches the kernel meanwhile, and
// ticks each check the moment that it becomes true.
package guide

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"byhand/internal/lesson"
	"byhand/internal/runner"
	"byhand/lab/bench"
	"byhand/lab/pty"
)

// Display is the person's terminal while their shell has it. Its methods may be
// called from several goroutines.
type Display interface {
	// Open takes the terminal and returns the size that is left for the shell.
	Open() (pty.Size, error)
	// Keys waits for what is typed.
	Keys(ctx context.Context) ([]byte, error)
	// Program shows what the shell and its commands write. It returns the size
	// for them, which may be another from now on: a program that fills the
	// screen gets all of it.
	Program(text []byte) pty.Size
	// Resized looks at the terminal's size again.
	Resized() pty.Size
	// Watch shows how far the step is.
	Watch(State)
	// Aside shows a text at once, where no prompt will come to show it, and
	// reports whether it did: not where Watch shows the same, nor in the midst
	// of what a program writes.
	Aside(text string) bool
	// Text renders what f shows, for the shell to print.
	Text(f func(runner.Screen)) string
	// Close gives the terminal back as it was.
	Close()
}

// State is how far a person is with a step.
type State struct {
	// Lesson is the lesson's name.
	Lesson string
	// Header is the step's.
	Header runner.StepHeader
	// Checks are the latest readings, none before the first.
	Checks []lesson.Check
	// Done tells that all steps are made.
	Done bool
}

// Guide is a runner.Hands: the person's own.
type Guide struct {
	// Display is their terminal.
	Display Display
	// NoSkip forbids that a step is passed over.
	NoSkip bool
	// Getenv looks up the environment.
	Getenv func(string) string
}

// ErrLeft says that the person left before the last step was made.
var ErrLeft = errors.New("you left before the last step was made")

// Make opens the shell, and returns once every step is made or the person
// leaves it.
func (g *Guide) Make(ctx context.Context, b *bench.Bench, l lesson.Lesson) ([]runner.Made, error) {
	// What loses its parent, such as a sandbox whose unshare(1) ended, becomes
	// ours and so is found among our descendants.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return nil, fmt.Errorf("prctl PR_SET_CHILD_SUBREAPER: %w", err)
	}
	size, err := g.Display.Open()
	if err != nil {
		return nil, err
	}
	defer g.Display.Close()
	words, err := openChannel(b)
	if err != nil {
		return nil, err
	}
	defer words.close()
	sh, err := g.shell(b, size)
	if err != nil {
		return nil, err
	}
	defer sh.end()

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	w := newWatcher(b, l, g, sh)
	go w.run(ctx)
	go words.serve(ctx, w.word)
	var keys typed
	go g.pass(ctx, sh, &keys)
	go g.follow(ctx, sh)
	select {
	case <-sh.ended:
	case <-w.quit:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	stop()
	<-w.stopped
	w.groups.adopt(b)
	w.groups.remove(context.WithoutCancel(ctx), keys.text())
	made := w.result()
	if len(made) < len(l.Steps) {
		return made, ErrLeft
	}
	return made, nil
}

// typed is the latest that was typed.
type typed struct {
	mu   sync.Mutex
	keys []byte
}

// remember is how many keys are kept in mind.
const remember = 1 << 18

func (t *typed) add(keys []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keys = append(t.keys, keys...)
	t.keys = t.keys[max(0, len(t.keys)-remember):]
}

func (t *typed) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.keys)
}

// pass passes on what is typed.
func (g *Guide) pass(ctx context.Context, sh *shell, keep *typed) {
	for {
		keys, err := g.Display.Keys(ctx)
		if err != nil {
			// Nobody is at the terminal any more: so a shell is told.
			if ctx.Err() == nil {
				sh.hangUp()
			}
			return
		}
		keep.add(keys)
		if _, err := sh.master.Write(keys); err != nil {
			return
		}
	}
}

// follow keeps the shell's terminal as large as ours.
func (g *Guide) follow(ctx context.Context, sh *shell) {
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, unix.SIGWINCH)
	defer signal.Stop(changed)
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
			_ = pty.Resize(sh.master, g.Display.Resized())
		}
	}
}

// shell is the person's shell in its terminal.
type shell struct {
	master *os.File
	cmd    *exec.Cmd
	// ended is closed once the shell has ended and its last words were shown.
	ended chan struct{}
}

// shell starts the shell and shows what it writes.
func (g *Guide) shell(b *bench.Bench, size pty.Size) (*shell, error) {
	pair, err := pty.Open("/dev/ptmx")
	if err != nil {
		return nil, err
	}
	if err := pty.Resize(pair.Master, size); err != nil {
		_ = pair.Close()
		return nil, err
	}
	cmd, err := command(b, g.Getenv)
	if err != nil {
		_ = pair.Close()
		return nil, err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = pair.Slave, pair.Slave, pair.Slave
	if err := cmd.Start(); err != nil {
		_ = pair.Close()
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	_ = pair.Slave.Close()
	if err := b.Record(cmd.Process.Pid); err != nil {
		_ = cmd.Process.Kill()
		_ = pair.Master.Close()
		return nil, err
	}
	sh := &shell{master: pair.Master, cmd: cmd, ended: make(chan struct{})}
	shown := make(chan struct{})
	go func() { defer close(shown); g.output(sh) }()
	go func() {
		defer close(sh.ended)
		_ = cmd.Wait()
		// What it left in the background may hold the terminal for long.
		select {
		case <-shown:
		case <-time.After(200 * time.Millisecond):
		}
	}()
	return sh, nil
}

// output shows what the shell and its commands write, until nobody is left to.
func (g *Guide) output(sh *shell) {
	buf := make([]byte, 1<<15)
	var size pty.Size
	for {
		n, err := sh.master.Read(buf)
		if n > 0 {
			if now := g.Display.Program(buf[:n]); now != size {
				size = now
				_ = pty.Resize(sh.master, size)
			}
		}
		if err != nil {
			return
		}
	}
}

// hangUp tells the session that its terminal is gone.
func (sh *shell) hangUp() { _ = sh.cmd.Process.Signal(unix.SIGHUP) }

// foreground reports whether the shell itself has the terminal: no command does.
func (sh *shell) foreground() bool {
	raw, err := sh.master.SyscallConn()
	if err != nil {
		return false
	}
	group := 0
	_ = raw.Control(func(fd uintptr) { group, err = unix.IoctlGetInt(int(fd), unix.TIOCGPGRP) })
	return err == nil && group == sh.cmd.Process.Pid
}

// end ends the shell; what it has left is the bench's to destroy.
func (sh *shell) end() {
	sh.hangUp()
	select {
	case <-sh.ended:
	case <-time.After(500 * time.Millisecond):
		_ = sh.cmd.Process.Kill()
		<-sh.ended
	}
	_ = sh.master.Close()
}
