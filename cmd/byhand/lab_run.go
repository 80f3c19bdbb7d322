package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"byhand/lab/attach"
	"byhand/lab/container"
	"byhand/lab/monitor"
	"byhand/lab/options"
	"byhand/lab/state"
)

func newLabRun() *cobra.Command {
	var o options.Options
	var keys, pull string
	c := &cobra.Command{
		Use: "run [OPTIONS] IMAGE [COMMAND] [ARG...]", Short: "make a container and run a program in it",
		RunE: func(c *cobra.Command, args []string) error {
			sequence, err := attach.ParseKeys(keys)
			if err != nil {
				return engineError(err)
			}
			from, err := provide(c.Context(), o, args, pull, c.ErrOrStderr())
			if err != nil {
				return engineError(err)
			}
			return engineError(runContainer(context.WithoutCancel(c.Context()), o, from, args, sequence))
		},
	}
	runFlags(c, &o, &pull)
	c.Flags().BoolVarP(&o.Detach, "detach", "d", false, "leave the container running, and print its ID")
	c.Flags().StringVar(&keys, "detach-keys", attach.DefaultKeys, "what to type to leave a container")
	c.SetFlagErrorFunc(engineUsage)
	return c
}

func newLabCreate() *cobra.Command {
	var o options.Options
	var pull string
	c := &cobra.Command{
		Use: "create [OPTIONS] IMAGE [COMMAND] [ARG...]", Short: "make a container, and do not start it yet",
		RunE: func(c *cobra.Command, args []string) error {
			from, err := provide(c.Context(), o, args, pull, c.ErrOrStderr())
			if err != nil {
				return err
			}
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			b, err := e.create(c.Context(), o, from, args)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), b.ID)
			return err
		},
	}
	runFlags(c, &o, &pull)
	return c
}

// engineError makes an error end byhand as Docker's command does.
func engineError(err error) error {
	ended := (*exit)(nil)
	if err == nil || errors.As(err, &ended) {
		return err
	}
	return &exit{code: exitEngine, err: err, hints: hints(err)}
}

// engineUsage is engineError for flags.
func engineUsage(c *cobra.Command, err error) error {
	return &exit{code: exitEngine, err: err, hints: []string{c.CommandPath() + " --help"}}
}

// runContainer is run: create, start, and attach unless it is to be detached.
func runContainer(ctx context.Context, o options.Options, from provided, args []string, keys []byte) error {
	if o.TTY && o.Interactive && !o.Detach && !term.IsTerminal(int(os.Stdin.Fd())) {
		return &exit{code: 1, err: errors.New("the input device is not a TTY")}
	}
	e, err := openEngine(ctx)
	if err != nil {
		return err
	}
	b, err := e.create(ctx, o, from, args)
	if err != nil {
		return err
	}
	conn, err := start(b)
	if err != nil {
		return errors.Join(err, e.discard(b, o.Remove))
	}
	defer conn.Close()
	if o.Detach {
		_, err := fmt.Println(b.ID)
		return err
	}
	return sit(conn, b, o.TTY, o.Interactive, keys)
}

// start launches a container's monitor and waits until its program runs.
func start(b state.Box) (net.Conn, error) {
	conn, err := monitor.Launch(b)
	if err != nil {
		return nil, err
	}
	why, err := attach.Wait(conn)
	if err == nil && why != nil {
		err = &exit{code: why.Status, err: errors.New(why.Reason)}
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// discard removes a container that could not be started and was to be removed
// in the end; its monitor may have done so already.
func (e *engine) discard(b state.Box, remove bool) error {
	if _, err := e.store.Find(b.ID); err != nil || !remove {
		return nil
	}
	return b.RemoveAll(context.Background())
}

// sit sits before a container until it ends, and ends as it did.
func sit(conn net.Conn, b state.Box, tty, input bool, keys []byte) error {
	s := attach.Session{Conn: conn, Output: os.Stdout, Errors: os.Stderr, TTY: tty, Keys: keys}
	if input {
		s.Input = os.Stdin
	}
	if !tty {
		defer forward(b)()
	}
	end, err := s.Run()
	if err != nil || end.Detached || end.Status == 0 {
		return err
	}
	return &exit{code: end.Status}
}

// create makes a container of what was written behind run or create.
func (e *engine) create(ctx context.Context, o options.Options, from provided, args []string) (state.Box, error) {
	image, args, err := imageFor(ctx, o, from, args)
	if err != nil {
		return state.Box{}, err
	}
	c, err := o.Config(image, args)
	if err != nil {
		return state.Box{}, err
	}
	for _, warning := range o.Warnings(c) {
		fmt.Fprintln(os.Stderr, warning)
	}
	b, err := e.createHolding(ctx, o.Name, &c)
	if err != nil {
		return b, errors.Join(err, e.store.Forget(ctx, c))
	}
	if err := e.fill(ctx, b, c); err != nil {
		return b, errors.Join(err, b.RemoveAll(ctx))
	}
	return b, writeCID(o.CIDFile, b.ID)
}

// createHolding makes the container's volumes and its directory. Until that
// says who has the volumes, nobody may take them for unused.
func (e *engine) createHolding(ctx context.Context, name string, c *container.Config) (state.Box, error) {
	done, err := e.store.Volumes().Hold(ctx)
	if err != nil {
		return state.Box{}, err
	}
	defer done()
	if err := e.store.Provide(c); err != nil {
		return state.Box{}, err
	}
	return e.createNamed(name, *c)
}

// createNamed makes it under the name given, or under one made up.
func (e *engine) createNamed(name string, c container.Config) (state.Box, error) {
	if name != "" {
		return e.store.Create(name, c)
	}
	for try := 0; ; try++ {
		b, err := e.store.Create(state.RandomName(try), c)
		if !errors.Is(err, state.ErrTaken) {
			return b, err
		}
	}
}

// writeCID writes the ID to a file that must not exist.
func writeCID(file, id string) error {
	if file == "" {
		return nil
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("container ID file found, make sure the other container isn't running or delete %s", file)
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, id)
	return errors.Join(err, f.Close())
}
