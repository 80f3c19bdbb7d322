// Command byhand teaches what containers are by making them by hand.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strconv"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"byhand/internal/ui"
	"byhand/lab/process"
)

func main() { os.Exit(run()) }

// run is main with an exit status, so that what it defers is done.
func run() int {
	if process.IsChild() {
		return process.ChildMain(stages())
	}
	return command(arguments(os.Args))
}

// command runs byhand with these words and returns its exit status.
func command(words []string) int {
	// cobra has no other switch for it: the lessons are listed in their order.
	cobra.EnableCommandSorting = false
	guard := ui.Remember(os.Stdin, os.Stdout, os.Getenv)
	defer guard.Restore()
	ctx, interrupted := untilSignal(unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT)
	if len(words) == 0 || words[0] != "lab" { // there, a container outlives who looks on
		ctx = untilNobodyReads(ctx)
	}

	root := newRoot()
	root.SetArgs(words)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	ended := &exit{code: 1}
	if errors.As(err, &ended) && ended.err == nil {
		return ended.code // a container's own, of which there is no more to say
	}
	switch {
	case errors.Is(context.Cause(ctx), errUnread):
		return 128 + int(unix.SIGPIPE)
	case ctx.Err() != nil || errors.Is(err, context.Canceled):
		ended = &exit{code: 128 + int(interrupted())}
		err = errors.New("interrupted; what the lesson had made is removed")
	case !errors.As(err, &ended):
		ended = &exit{code: 1}
	}
	ui.Fail(os.Stderr, err, ended.hints...)
	return ended.code
}

// untilSignal returns a context that ends with the first of the signals, and
// the signal that it was; SIGINT where a Ctrl-C came as a key instead. Further
// ones are not acted upon: the cleaning up goes on.
func untilSignal(signals ...os.Signal) (context.Context, func() unix.Signal) {
	ctx, cancel := context.WithCancel(context.Background())
	came, first := make(chan os.Signal, 1), make(chan unix.Signal, 1)
	signal.Notify(came, signals...)
	go func() {
		first <- (<-came).(unix.Signal)
		cancel()
	}()
	return ctx, func() unix.Signal {
		select {
		case s := <-first:
			return s
		default:
			return unix.SIGINT
		}
	}
}

// errUnread says that nobody reads any more what byhand writes.
var errUnread = errors.New("nobody reads the output")

// untilNobodyReads returns a context that ends when the reader of standard output
// or standard error has gone, as that of `byhand chroot --yes | head` does. By
// itself the runtime would end the process there and then, and leave the sandbox.
func untilNobodyReads(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	came := make(chan os.Signal, 1)
	signal.Notify(came, unix.SIGPIPE)
	go func() {
		for range came {
			// A socket's reader may go too, and that is its owner's to deal with.
			outputs := []unix.PollFd{{Fd: 1}, {Fd: 2}}
			_, _ = unix.Poll(outputs, 0)
			if (outputs[0].Revents|outputs[1].Revents)&unix.POLLERR != 0 {
				cancel(errUnread)
			}
		}
	}()
	return ctx
}

// exit is an error with the status that byhand ends with and what to do next.
// Without err nothing is said.
type exit struct {
	code  int
	err   error
	hints []string
}

func (e *exit) Error() string {
	if e.err == nil {
		return "exit status " + strconv.Itoa(e.code)
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

// The exit statuses, a contract with scripts.
const (
	exitUsage  = 2
	exitLocked = 3
	exitUnable = 4
)
