package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"byhand/internal/kernel"
	"byhand/internal/ui"
	"byhand/internal/xray"
	"byhand/lab/bench"
	"byhand/lab/sandbox"
	"byhand/lab/state"
)

// redraw is how often --live looks again.
const redraw = time.Second

func newXray() *cobra.Command {
	var pid int
	var asJSON, live bool
	c := &cobra.Command{
		Use: "xray [--pid N | PID | NAME]", Short: "the anatomy of any container or process on this machine", Args: usage(cobra.MaximumNArgs(1)),
		Long: `xray shows what the kernel keeps apart for a process and what it shares: its
namespaces, root, mounts, user map, capabilities, control groups, processes,
ports. It asks no daemon: NAME is a byhand sandbox, or the name or ID of a
container of Docker, Podman, containerd or another, found by its cgroup and by
the command lines of its engine.

Without arguments it lists what looks like a container.`,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 && c.Flags().Changed("pid") {
				return &exit{code: exitUsage, err: errors.New("xray: name a process once, by --pid or by a word"), hints: []string{c.CommandPath() + " --help"}}
			}
			if asJSON && live {
				return &exit{code: exitUsage, err: errors.New("xray: --live is for people, --json for programs"), hints: []string{c.CommandPath() + " --help"}}
			}
			a, err := open(c.Context())
			if err != nil {
				return err
			}
			if len(args) == 0 && !c.Flags().Changed("pid") {
				return a.show(c, asJSON, live, a.listing)
			}
			word := strconv.Itoa(pid)
			if len(args) == 1 {
				word = args[0]
			}
			found, identity, err := a.find(word)
			if err != nil {
				return err
			}
			start, err := kernel.StartTime(found)
			if err != nil {
				return fmt.Errorf("xray %s: %w", word, err)
			}
			return a.show(c, asJSON, live, func(context.Context) (any, []xray.Section, error) {
				// With --live another process may have been given the number since.
				if !kernel.Alive(found, start) {
					return nil, nil, fmt.Errorf("xray: process %d has ended", found)
				}
				seen, err := xray.Look(found)
				if identity != nil {
					seen.Container = identity
				}
				return seen, seen.Sections(), err
			})
		},
	}
	c.Flags().IntVar(&pid, "pid", 0, "the process")
	c.Flags().BoolVar(&asJSON, "json", false, "as a JSON object")
	c.Flags().BoolVar(&live, "live", false, "look again every second, until Ctrl-C")
	return c
}

// find looks a word up and says where to find others.
func (a *app) find(word string) (int, *xray.Identity, error) {
	known, err := a.sandboxes()
	if err != nil {
		return 0, nil, err
	}
	pid, identity, err := xray.Find(word, known)
	switch {
	case errors.Is(err, xray.ErrNone):
		return 0, nil, &exit{code: 1, err: fmt.Errorf("xray %w", err), hints: []string{"byhand xray"}}
	case errors.Is(err, xray.ErrSeveral):
		return 0, nil, &exit{code: exitUsage, err: fmt.Errorf("xray %w", err), hints: []string{"byhand xray --pid N"}}
	}
	return pid, identity, err
}

// sandboxes are the processes that byhand itself has started: those that stand
// in benches, and the first ones of its containers.
func (a *app) sandboxes() (map[int]xray.Identity, error) {
	dirs, err := bench.Leftovers(a.places.Benches)
	if err != nil {
		return nil, err
	}
	known := map[int]xray.Identity{}
	for _, dir := range dirs {
		b := &bench.Bench{Dir: dir}
		if pid, err := sandbox.PID(b); err == nil {
			id := dir[len(a.places.Benches)+1:]
			known[pid] = xray.Identity{Engine: "byhand", ID: id}
		}
	}
	containers, err := state.Store{Dir: a.places.Lab}.List()
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
		return nil, err
	}
	for _, l := range containers {
		if l.Status.Running() {
			known[l.Status.PID] = xray.Identity{Engine: "byhand", ID: l.Box.ID, Name: l.Name}
		}
	}
	return known, nil
}

func (a *app) listing(context.Context) (any, []xray.Section, error) {
	known, err := a.sandboxes()
	if err != nil {
		return nil, nil, err
	}
	l, err := xray.Containers(known)
	return l, []xray.Section{l.Section()}, err
}

// show prints what look finds, once or again and again.
func (a *app) show(c *cobra.Command, asJSON, live bool, look func(context.Context) (any, []xray.Section, error)) error {
	out := c.OutOrStdout()
	terminal := func() ui.Terminal { return ui.Look(nil, out, nil).In(a.texts) }
	if live {
		err := ui.Live(c.Context(), out, terminal, redraw, func() ([]xray.Section, error) {
			_, sections, err := look(c.Context())
			return sections, err
		})
		if c.Context().Err() != nil {
			return nil // Ctrl-C is how it is meant to end
		}
		return err
	}
	object, sections, err := look(c.Context())
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(out).Encode(object)
	}
	return ui.Sections(out, terminal(), sections)
}
