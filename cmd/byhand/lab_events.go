package main

import (
	"time"

	"github.com/spf13/cobra"

	"byhand/lab/events"
	"byhand/lab/rows"
)

func newLabEvents() *cobra.Command {
	var since, until, format string
	var filters []string
	c := &cobra.Command{
		Use: "events [OPTIONS]", Short: "tell what happens to containers, as it does", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			now := time.Now()
			var span events.Span
			if span.Since, err = pointInTime(since, now); err != nil {
				return err
			}
			if span.Until, err = pointInTime(until, now); err != nil {
				return err
			}
			wanted, err := events.ParseFilters(filters)
			if err != nil {
				return err
			}
			if format == "" {
				format = "{{.String}}"
			}
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			// To be interrupted is how it ends.
			return e.store.Events().Follow(c.Context(), span, func(event events.Event) error {
				if !wanted.Match(event) {
					return nil
				}
				return rows.List(c.OutOrStdout(), format, nil, []events.Event{event})
			})
		},
	}
	c.Flags().StringVar(&since, "since", "", "the first moment: a time, or how long ago, as 10m (now)")
	c.Flags().StringVar(&until, "until", "", "the last moment")
	c.Flags().StringArrayVarP(&filters, "filter", "f", nil, "KEY=VALUE: container, event, image, label, type")
	c.Flags().StringVar(&format, "format", "", "a template of Go's, or json")
	return c
}
