// Command byhand teaches what containers are by making them by hand.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"

	"byhand/internal/ui"
	"byhand/lab"
	"byhand/lab/process"
)

func main() { os.Exit(run()) }

// run is main with an exit status, so that what it defers is done.
func run() int {
	if process.IsChild() {
		return process.ChildMain(lab.Stages())
	}
	guard := ui.Remember(os.Stdin, os.Stdout, os.Getenv)
	defer guard.Restore()
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT, unix.SIGTERM, unix.SIGHUP)
	defer stop()

	err := newRoot().ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	ended := &exit{code: 1}
	switch {
	case ctx.Err() != nil || errors.Is(err, context.Canceled):
		ended = &exit{code: 130}
		err = errors.New("interrupted; what the lesson had made is removed")
	case !errors.As(err, &ended):
		ended = &exit{code: 1}
	}
	ui.Fail(os.Stderr, err, ended.hints...)
	return ended.code
}

// exit is an error with the status that byhand ends with and what to do next.
type exit struct {
	code  int
	err   error
	hints []string
}

func (e *exit) Error() string { return e.err.Error() }

func (e *exit) Unwrap() error { return e.err }

// The exit statuses, a contract with scripts.
const (
	exitUsage  = 2
	exitLocked = 3
	exitUnable = 4
)
