package main

import (
	"encoding/json"
	"time"

	"github.com/spf13/cobra"

	"byhand/lab/rows"
	"byhand/lab/state"
)

func newLabPs() *cobra.Command {
	var all, quiet, whole, asJSON, latest bool
	var filters []string
	var format string
	var last int
	c := &cobra.Command{
		Use: "ps [OPTIONS]", Aliases: []string{"ls", "list"}, Short: "list containers", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			f, err := rows.ParseFilters(filters)
			if err != nil {
				return err
			}
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			list, err := e.store.List()
			if err != nil {
				return err
			}
			if latest {
				last = 1
			}
			if !all && !f.All() && last <= 0 {
				list = onlyRunning(list)
			}
			if list, err = f.Match(list); err != nil {
				return err
			}
			if last > 0 {
				list = list[:min(last, len(list))]
			}
			if asJSON {
				return json.NewEncoder(c.OutOrStdout()).Encode(details(list))
			}
			var shown []rows.Row
			for _, l := range list {
				shown = append(shown, rows.RowOf(l, whole, time.Now()))
			}
			if quiet {
				format = "{{.ID}}"
			}
			if format == "table" {
				format = rows.TableOf
			}
			return rows.List(c.OutOrStdout(), format, rows.Header(), shown)
		},
	}
	c.Flags().BoolVarP(&all, "all", "a", false, "those that don't run too")
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "only the IDs")
	c.Flags().BoolVar(&whole, "no-trunc", false, "cut nothing off")
	c.Flags().StringArrayVarP(&filters, "filter", "f", nil, "KEY=VALUE: name, id, status, label, exited, ancestor, before, since")
	c.Flags().StringVar(&format, "format", rows.TableOf, "a template of Go's, \"table TEMPLATE\" or json")
	c.Flags().BoolVar(&asJSON, "json", false, "everything, as a JSON array")
	c.Flags().BoolVarP(&latest, "latest", "l", false, "the newest")
	c.Flags().IntVarP(&last, "last", "n", -1, "the N newest")
	return c
}

func onlyRunning(list []state.Listed) []state.Listed {
	var kept []state.Listed
	for _, l := range list {
		if l.Status.Running() || l.Status.Word == "restarting" {
			kept = append(kept, l)
		}
	}
	return kept
}

func details(list []state.Listed) []rows.Details {
	all := []rows.Details{}
	for _, l := range list {
		all = append(all, rows.DetailsOf(l))
	}
	return all
}

// listed finds a container with all that is known of it.
func (e *engine) listed(key string) (l state.Listed, err error) {
	if l.Box, err = e.store.Find(key); err != nil {
		return l, err
	}
	if l.Config, err = l.Box.Config(); err != nil {
		return l, err
	}
	if l.Status, err = l.Box.Status(); err != nil {
		return l, err
	}
	l.Name, err = l.Box.Name()
	return l, err
}
