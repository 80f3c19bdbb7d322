package main

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"byhand/lab/control"
)

func newLabTop() *cobra.Command {
	return &cobra.Command{
		Use: "top CONTAINER [ps OPTIONS]", Short: "list the processes of a container", Args: usage(cobra.MinimumNArgs(1)),
		DisableFlagParsing: true,
		RunE: func(c *cobra.Command, args []string) error {
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			b, err := e.store.Find(args[0])
			if err != nil {
				return err
			}
			pids, err := control.Processes(b)
			if err != nil {
				return err
			}
			return psOnly(c, args[1:], pids)
		},
	}
}

// psLines are what ps prints: the machine's, as in Docker's top, since its users
// know its options.
func psLines(ctx context.Context, options []string) ([]string, error) {
	if len(options) == 0 {
		options = []string{"-ef"}
	}
	out, err := exec.CommandContext(ctx, "ps", options...).Output()
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"), err
}

// onlyPIDs prints the lines of ps that are about certain processes.
func onlyPIDs(c *cobra.Command, lines []string, pids []int) error {
	titles := strings.Fields(lines[0])
	column := slices.Index(titles, "PID")
	if column < 0 {
		return fmt.Errorf("couldn't find PID field in ps output")
	}
	w := tabwriter.NewWriter(c.OutOrStdout(), 20, 1, 3, ' ', 0)
	fmt.Fprintln(w, strings.Join(titles, "\t"))
	for _, line := range lines[1:] {
		fields := strings.Fields(line)
		if len(fields) < len(titles) {
			continue
		}
		if pid, err := strconv.Atoi(fields[column]); err != nil || !slices.Contains(pids, pid) {
			continue
		}
		last := len(titles) - 1
		fmt.Fprintln(w, strings.Join(append(fields[:last:last], strings.Join(fields[last:], " ")), "\t"))
	}
	return w.Flush()
}
