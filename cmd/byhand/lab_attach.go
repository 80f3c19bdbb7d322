package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"byhand/lab/attach"
	"byhand/lab/monitor"
)

func newLabAttach() *cobra.Command {
	var keys string
	var noInput bool
	c := &cobra.Command{
		Use: "attach [OPTIONS] CONTAINER", Short: "sit before a container that runs", Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			sequence, err := attach.ParseKeys(keys)
			if err != nil {
				return err
			}
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			l, err := e.listed(args[0])
			switch {
			case err != nil:
				return err
			case l.Status.Word == "paused":
				return errors.New("cannot attach to a paused container, unpause it first")
			case !l.Status.Running():
				return errors.New("cannot attach to a stopped container, start it first")
			}
			conn, err := monitor.Dial(l.Box)
			if err != nil {
				return err
			}
			defer conn.Close()
			return sit(conn, l.Box, l.Config.TTY, l.Config.OpenStdin && !noInput, sequence)
		},
	}
	c.Flags().StringVar(&keys, "detach-keys", attach.DefaultKeys, "what to type to leave it")
	c.Flags().BoolVar(&noInput, "no-stdin", false, "only look on")
	return c
}

func newLabExec() *cobra.Command {
	var o execOptions
	c := &cobra.Command{
		Use: "exec [OPTIONS] CONTAINER COMMAND [ARG...]", Short: "run another program in a container that runs",
		Args: usage(cobra.MinimumNArgs(2)),
		RunE: func(c *cobra.Command, args []string) error {
			return execIn(context.WithoutCancel(c.Context()), o, args)
		},
	}
	f := c.Flags()
	f.SetInterspersed(false)
	f.BoolVarP(&o.input, "interactive", "i", false, "keep standard input open")
	f.BoolVarP(&o.tty, "tty", "t", false, "give it a terminal")
	f.BoolVarP(&o.detach, "detach", "d", false, "leave it running")
	f.BoolVar(&o.privileged, "privileged", false, "give it all capabilities")
	f.StringArrayVarP(&o.env, "env", "e", nil, "set an environment variable")
	f.StringVarP(&o.dir, "workdir", "w", "", "where it starts")
	f.StringVarP(&o.user, "user", "u", "", "who it runs as: NAME|UID[:GROUP|GID]")
	f.StringVar(&o.keys, "detach-keys", attach.DefaultKeys, "what to type to leave it")
	return c
}

// execOptions are exec's flags.
type execOptions struct {
	input, tty, detach, privileged bool
	env                            []string
	dir, user, keys                string
}

func execIn(_ context.Context, o execOptions, args []string) error {
	keys, err := attach.ParseKeys(o.keys)
	if err != nil {
		return err
	}
	e, err := openEngine(context.Background())
	if err != nil {
		return err
	}
	l, err := e.listed(args[0])
	switch {
	case err != nil:
		return err
	case l.Status.Word == "paused":
		return fmt.Errorf("container %s is paused, unpause the container before exec", args[0])
	case !l.Status.Running():
		return fmt.Errorf("container %s is not running", l.Config.ID)
	case o.tty && o.input && !o.detach && !term.IsTerminal(int(os.Stdin.Fd())):
		return errors.New("the input device is not a TTY")
	}
	guest, err := o.guest(l.Config, args[1:])
	if err != nil {
		return err
	}
	command := strings.Join(args[1:], " ")
	l.Box.Note("exec_create: " + command)
	l.Box.Note("exec_start: " + command)
	if o.detach {
		return execError(monitor.ExecDetached(l.Status.PID, l.Status.Group, guest))
	}
	conn, err := monitor.Exec(l.Status.PID, l.Status.Group, guest, o.input)
	if err != nil {
		return execError(err)
	}
	s := attach.Session{Conn: conn, Output: os.Stdout, Errors: os.Stderr, TTY: o.tty, Keys: keys}
	if o.input {
		s.Input = os.Stdin
	}
	end, err := s.Run()
	if err == nil && !end.Detached {
		l.Box.Note("exec_die", "exitCode", strconv.Itoa(end.Status))
	}
	if err != nil || end.Detached || end.Status == 0 {
		return err
	}
	return &exit{code: end.Status}
}

// execError ends byhand with the status of a program that could not be run.
func execError(err error) error {
	if why, found := monitor.Outcome(err); found {
		return &exit{code: why.Status, err: err}
	}
	return err
}
