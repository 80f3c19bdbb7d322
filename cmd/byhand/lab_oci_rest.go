package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"byhand/lab/oci"
	"byhand/lab/options"
)

func newOCIKill(o *ociOptions) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "kill ID [SIGNAL]", Short: "send a signal to a container's first process", Args: usage(cobra.RangeArgs(1, 2)),
		RunE: o.one(func(_ *cobra.Command, found *oci.Container, args []string) error {
			name := "TERM"
			if len(args) > 0 {
				name = args[0]
			}
			signal, err := options.Signal(name)
			if err != nil {
				return err
			}
			return found.Signal(signal, all)
		}),
	}
	c.Flags().BoolVarP(&all, "all", "a", false, "to all its processes")
	return c
}

func newOCIDelete(o *ociOptions) *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use: "delete ID", Short: "remove a container that has stopped", Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			found, err := o.store().Find(args[0])
			if err != nil {
				if force { // as runc: what is gone need not be removed
					return nil
				}
				return err
			}
			return found.Delete(c.Context(), force)
		},
	}
	c.Flags().BoolVarP(&force, "force", "f", false, "kill it first if it runs")
	return c
}

func newOCIPause(o *ociOptions) *cobra.Command {
	return &cobra.Command{
		Use: "pause ID", Short: "freeze a container's processes", Args: usage(cobra.ExactArgs(1)),
		RunE: o.one(func(c *cobra.Command, found *oci.Container, _ []string) error { return found.Pause(c.Context()) }),
	}
}

func newOCIResume(o *ociOptions) *cobra.Command {
	return &cobra.Command{
		Use: "resume ID", Short: "let a paused container go on", Args: usage(cobra.ExactArgs(1)),
		RunE: o.one(func(_ *cobra.Command, found *oci.Container, _ []string) error { return found.Resume() }),
	}
}

func newOCIPs(o *ociOptions) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use: "ps ID", Short: "list the processes of a container", Args: usage(cobra.MinimumNArgs(1)),
		RunE: o.one(func(c *cobra.Command, found *oci.Container, words []string) error {
			pids, err := found.Processes()
			if err != nil {
				return err
			}
			if format == "json" {
				return json.NewEncoder(c.OutOrStdout()).Encode(append([]int{}, pids...))
			}
			return psOnly(c, words, pids)
		}),
	}
	c.Flags().StringVarP(&format, "format", "f", "table", "table or json")
	c.Flags().SetInterspersed(false)
	return c
}

// ociEntry is a container in the list, with the names that runc gives the fields.
type ociEntry struct {
	Version string    `json:"ociVersion"`
	ID      string    `json:"id"`
	PID     int       `json:"pid"`
	Status  string    `json:"status"`
	Bundle  string    `json:"bundle"`
	RootFS  string    `json:"rootfs"`
	Created time.Time `json:"created"`
	Owner   string    `json:"owner"`
}

func newOCIList(o *ociOptions) *cobra.Command {
	var format string
	var quiet bool
	c := &cobra.Command{
		Use: "list", Short: "list the containers", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			all, err := o.store().All()
			if err != nil {
				return err
			}
			entries := []ociEntry{}
			for _, found := range all {
				entries = append(entries, entryOf(found))
			}
			if format == "json" {
				return json.NewEncoder(c.OutOrStdout()).Encode(entries)
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 12, 1, 3, ' ', 0)
			if !quiet {
				fmt.Fprintln(w, "ID\tPID\tSTATUS\tBUNDLE\tCREATED\tOWNER")
			}
			for _, e := range entries {
				if quiet {
					fmt.Fprintln(w, e.ID)
					continue
				}
				fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\n", e.ID, e.PID, e.Status, e.Bundle, e.Created.Format(time.RFC3339Nano), e.Owner)
			}
			return w.Flush()
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "table", "table or json")
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "the ids only")
	return c
}

func entryOf(c *oci.Container) ociEntry {
	s := c.State()
	owner := "#" + strconv.Itoa(c.Owner)
	if u, err := user.LookupId(strconv.Itoa(c.Owner)); err == nil {
		owner = u.Username
	}
	return ociEntry{
		Version: s.Version, ID: s.ID, PID: s.Pid, Status: string(s.Status), Bundle: s.Bundle,
		RootFS: c.Spec.Root.Path, Created: c.Created, Owner: owner,
	}
}

func newOCISpec() *cobra.Command {
	var bundle string
	var rootless bool
	c := &cobra.Command{
		Use: "spec", Short: "write a config.json to begin with", Args: usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			path := filepath.Join(bundle, "config.json")
			text, err := json.MarshalIndent(oci.Example(rootless, os.Geteuid(), os.Getegid()), "", "\t")
			if err != nil {
				return err
			}
			f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|unix.O_NOFOLLOW, 0o644)
			if err != nil {
				return err
			}
			_, err = f.Write(append(text, '\n'))
			if closed := f.Close(); err == nil {
				err = closed
			}
			return err
		},
	}
	c.Flags().StringVarP(&bundle, "bundle", "b", ".", "the bundle's directory")
	c.Flags().BoolVar(&rootless, "rootless", false, "for an ordinary user")
	return c
}

// psOnly prints what the machine's ps says of certain processes.
func psOnly(c *cobra.Command, options []string, pids []int) error {
	lines, err := psLines(c.Context(), options)
	if err != nil {
		return fmt.Errorf("ps %s: %w", strings.Join(options, " "), err)
	}
	return onlyPIDs(c, lines, pids)
}
