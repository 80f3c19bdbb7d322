package main

import (
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"byhand/lab/oci"
	"byhand/lab/process"
)

// bundleFlags are those of create and run.
func bundleFlags(c *cobra.Command, o *oci.CreateOptions) {
	f := c.Flags()
	f.StringVarP(&o.Bundle, "bundle", "b", ".", "the bundle's directory")
	f.StringVar(&o.ConsoleSocket, "console-socket", "", "a Unix socket that gets the terminal's other end")
	f.StringVar(&o.PIDFile, "pid-file", "", "write the first process's pid to this file")
	f.Bool("no-pivot", false, "accepted for engines that say so; the root is pivoted to all the same")
	f.Bool("no-new-keyring", false, "accepted for engines that say so; none is made")
	o.Stdin, o.Stdout, o.Stderr = os.Stdin, os.Stdout, os.Stderr
}

func newOCICreate(o *ociOptions) *cobra.Command {
	var options oci.CreateOptions
	c := &cobra.Command{
		Use: "create ID", Short: "make a container, and stop short of its program", Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			_, err := o.store().Create(c.Context(), args[0], options)
			return err
		},
	}
	bundleFlags(c, &options)
	return c
}

func newOCIStart(o *ociOptions) *cobra.Command {
	return &cobra.Command{
		Use: "start ID", Short: "start the program of a created container", Args: usage(cobra.ExactArgs(1)),
		RunE: o.one(func(_ *cobra.Command, found *oci.Container, _ []string) error { return found.StartProgram() }),
	}
}

func newOCIRun(o *ociOptions) *cobra.Command {
	var options oci.CreateOptions
	var detach, keep bool
	c := &cobra.Command{
		Use: "run ID", Short: "create and start a container, and wait for its end", Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			created, err := o.store().Create(c.Context(), args[0], options)
			if err != nil {
				return err
			}
			ctx := context.WithoutCancel(c.Context())
			if err := created.StartProgram(); err != nil {
				_ = created.Delete(ctx, true)
				return err
			}
			if detach {
				return nil
			}
			status, err := await(created.PID)
			if !keep {
				if gone := created.Delete(ctx, true); err == nil {
					err = gone
				}
			}
			return ended(status, err)
		},
	}
	bundleFlags(c, &options)
	c.Flags().BoolVarP(&detach, "detach", "d", false, "do not wait")
	c.Flags().BoolVar(&keep, "keep", false, "do not delete it when it has ended")
	return c
}

// await passes signals on to our child until it has ended, and returns its
// status, or 128 and the signal's number.
func await(pid int) (int, error) {
	came := make(chan os.Signal, 16)
	signal.Notify(came, process.Forwarded()...)
	defer signal.Stop(came)
	p, err := os.FindProcess(pid)
	if err != nil {
		return -1, err
	}
	go func() {
		for s := range came {
			_ = p.Signal(s)
		}
	}()
	state, err := p.Wait()
	if err != nil {
		return -1, err
	}
	if status := state.Sys().(syscall.WaitStatus); status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return state.ExitCode(), nil
}

// ended is a program's exit status as byhand's own.
func ended(status int, err error) error {
	if err != nil || status == 0 {
		return err
	}
	return &exit{code: status}
}

func newOCIExec(o *ociOptions) *cobra.Command {
	var options oci.ExecOptions
	var flags ociExecFlags
	c := &cobra.Command{
		Use: "exec ID [COMMAND [ARG...]]", Short: "run a further program in a container", Args: usage(cobra.MinimumNArgs(1)),
		RunE: o.one(func(c *cobra.Command, found *oci.Container, argv []string) error {
			var err error
			if options.Process, err = flags.process(found.Spec.Process, argv); err != nil {
				return err
			}
			options.Stdin, options.Stdout, options.Stderr = os.Stdin, os.Stdout, os.Stderr
			p, err := found.Exec(c.Context(), options)
			if err != nil {
				return err
			}
			if flags.detach {
				p.Release()
				return nil
			}
			return ended(await(p.PID))
		}),
	}
	f := c.Flags()
	f.SetInterspersed(false) // what follows the id is the program's
	f.StringVar(&options.ConsoleSocket, "console-socket", "", "a Unix socket that gets the terminal's other end")
	f.StringVar(&options.PIDFile, "pid-file", "", "write the program's pid to this file")
	flags.add(f)
	return c
}

func newOCIState(o *ociOptions) *cobra.Command {
	return &cobra.Command{
		Use: "state ID", Short: "print a container's state as JSON", Args: usage(cobra.ExactArgs(1)),
		RunE: o.one(func(c *cobra.Command, found *oci.Container, _ []string) error {
			e := json.NewEncoder(c.OutOrStdout())
			e.SetIndent("", "  ")
			return e.Encode(found.State())
		}),
	}
}
