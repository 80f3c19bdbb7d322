package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"byhand/internal/ui"
	"byhand/lab/control"
	"byhand/lab/rows"
	"byhand/lab/state"
)

func newLabStats() *cobra.Command {
	var o statsOptions
	var once bool
	c := &cobra.Command{
		Use: "stats [OPTIONS] [CONTAINER...]", Short: "show what containers use of the machine, again and again",
		RunE: func(c *cobra.Command, args []string) error {
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			o.asked = args
			return e.stats(c, o, once)
		},
	}
	c.Flags().BoolVarP(&o.all, "all", "a", false, "those that don't run too")
	c.Flags().StringVar(&o.format, "format", rows.StatTable, "a template of Go's, \"table TEMPLATE\" or json")
	c.Flags().BoolVar(&once, "no-stream", false, "only once")
	c.Flags().BoolVar(&o.whole, "no-trunc", false, "cut nothing off")
	return c
}

// statsOptions are stats' flags and arguments.
type statsOptions struct {
	all, whole bool
	format     string
	asked      []string
}

// statsPause is how long is measured, as in Docker's.
const statsPause = time.Second

// stats shows what the containers use, each second until the context ends.
func (e *engine) stats(c *cobra.Command, o statsOptions, once bool) error {
	live := ui.Look(nil, c.OutOrStdout(), nil).Live && !once
	before, err := e.usage(o)
	for err == nil {
		select {
		case <-c.Context().Done():
			return nil // to be interrupted is how it ends
		case <-time.After(statsPause):
		}
		var now []measured
		if now, err = e.usage(o); err == nil {
			err = o.show(c.OutOrStdout(), live, before, now)
		}
		if once {
			break
		}
		before = now
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// measured is what a container uses, and how it was asked for.
type measured struct {
	state.Listed
	asked string
	usage control.Usage
}

// usage measures the containers that are asked for, or all.
func (e *engine) usage(o statsOptions) ([]measured, error) {
	var list []measured
	for _, key := range o.asked {
		l, err := e.listed(key)
		if err != nil {
			return nil, err
		}
		list = append(list, measured{Listed: l, asked: key})
	}
	if len(o.asked) == 0 {
		all, err := e.store.List()
		if err != nil {
			return nil, err
		}
		if !o.all {
			all = onlyRunning(all)
		}
		for _, l := range all {
			list = append(list, measured{Listed: l, asked: l.Config.ID[:12]})
		}
	}
	for i := range list {
		usage, err := control.Measure(list[i].Status)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it has just ended
		}
		if err != nil {
			return nil, err
		}
		list[i].usage = usage
	}
	return list, nil
}

// show writes the list; on a terminal in the place of the one before.
func (o statsOptions) show(w io.Writer, live bool, before, now []measured) error {
	var list []rows.Stat
	for _, m := range now {
		since := m.usage
		for _, b := range before {
			if b.Config.ID == m.Config.ID {
				since = b.usage
			}
		}
		list = append(list, rows.StatOf(m.Listed, m.asked, o.whole, since, m.usage))
	}
	format := o.format
	if format == "table" {
		format = rows.StatTable
	}
	var text bytes.Buffer
	if err := rows.List(&text, format, rows.StatHeader(), list); err != nil {
		return err
	}
	if live {
		if err := ui.Clear(w); err != nil {
			return err
		}
	}
	_, err := w.Write(text.Bytes())
	return err
}
