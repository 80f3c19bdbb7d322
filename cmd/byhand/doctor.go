package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"byhand/internal/doctor"
	"byhand/internal/ui"
)

func newDoctor() *cobra.Command {
	var asJSON bool
	var f snapshotFlags
	c := &cobra.Command{
		Use: "doctor", Short: "say what this machine can do, and how to mend what it can't", Args: usage(cobra.NoArgs),
		Long: `Say what this machine can do for the lessons, and how to mend what it can't.

With --snapshot FILE, write down in place of that what byhand could change on the
machine: mounts, control groups, processes, namespaces, network devices with their
addresses and routes, the firewall, loop devices, settings below /proc/sys, the
terminal's modes, and every file with its hash in the trees named by --tree. With
--compare FILE, look again and say what differs: nothing should, once a lesson is
over, a container removed, or byhand clean has been run.

Processes, namespaces and control groups come and go on a machine in use. They
count where they bear byhand's mark; with --all, the others do too.`,
		Example: `  byhand doctor --snapshot before --tree /etc
  byhand next --all --yes
  byhand doctor --compare before`,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return &exit{code: exitUsage, err: fmt.Errorf("doctor: %w", err), hints: []string{c.CommandPath() + " --help"}}
			}
			a, err := open(c.Context())
			if f.save != "" || f.compare != "" {
				return errors.Join(err, a.snapshot(c, f, asJSON))
			}
			findings := doctor.All(c.Context())
			if asJSON {
				return json.NewEncoder(c.OutOrStdout()).Encode(findings)
			}
			if err != nil {
				a = &app{} // who is told nothing else is told this, in English
			}
			return a.findings(c.OutOrStdout(), findings)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as a JSON array")
	f.add(c)
	return c
}

// findings shows what was examined.
func (a *app) findings(out io.Writer, findings []doctor.Finding) error {
	var rows [][]ui.Cell
	for _, f := range findings {
		mark := ui.Done.Of(a.texts.Text("ok"))
		if !f.OK {
			mark = ui.Warn.Of(a.texts.Text("lacks"))
		}
		rows = append(rows, []ui.Cell{mark, ui.Plain.Of(f.What), ui.Plain.Of(f.Got), ui.Command.Of(f.Mend)})
	}
	return ui.Columns(out, ui.Look(nil, out, nil), rows)
}
