package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/spf13/cobra"

	"byhand/internal/snapshot"
	"byhand/internal/ui"
)

// snapshotFlags are those of doctor that are about snapshots.
type snapshotFlags struct {
	save, compare string
	trees, except []string
	all           bool
	patterns      []*regexp.Regexp
}

func (f *snapshotFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.save, "snapshot", "", "write down what byhand could change on the machine, into this `file`")
	c.Flags().StringVar(&f.compare, "compare", "", "say what is not as it was in the snapshot in this `file`; status 1 where anything is")
	c.Flags().StringArrayVar(&f.trees, "tree", nil, "with --snapshot: also this `directory`'s files, with their hashes; may be given several times")
	c.Flags().StringArrayVar(&f.except, "except", nil, "with --compare: pass over what fits this regular `expression`; may be given several times")
	c.Flags().BoolVar(&f.all, "all", false, "with --compare: also processes, namespaces and control groups without byhand's mark")
}

// check refuses flags that don't go together.
func (f *snapshotFlags) check() error {
	switch {
	case f.save != "" && f.compare != "":
		return errors.New("--snapshot writes a file and --compare reads one: give one of them")
	case f.save == "" && len(f.trees) > 0:
		return errors.New("--tree goes with --snapshot; --compare knows from the file which there were")
	case f.compare == "" && (f.all || len(f.except) > 0):
		return errors.New("--all and --except go with --compare")
	}
	for _, text := range f.except {
		pattern, err := regexp.Compile(text)
		if err != nil {
			return fmt.Errorf("--except: %w", err)
		}
		f.patterns = append(f.patterns, pattern)
	}
	for i, dir := range f.trees {
		var err error
		if f.trees[i], err = filepath.Abs(dir); err != nil {
			return fmt.Errorf("--tree: %w", err)
		}
	}
	return nil
}

// snapshot takes one and writes it down, or compares it.
func (a *app) snapshot(c *cobra.Command, f snapshotFlags, asJSON bool) error {
	options := snapshot.Options{Own: []string{a.places.State, a.places.Benches, a.places.Lab}, Trees: f.trees}
	if f.save != "" {
		s, err := snapshot.Take(options)
		if err != nil {
			return err
		}
		return writeSnapshot(f.save, s)
	}
	before, err := readSnapshot(f.compare)
	if err != nil {
		return err
	}
	options.Trees = before.Trees
	s, changes, err := f.settled(c.Context(), before, options)
	if err != nil {
		return fmt.Errorf("compare with %s: %w", f.compare, err)
	}
	if asJSON {
		if err := json.NewEncoder(c.OutOrStdout()).Encode(append([]snapshot.Change{}, changes...)); err != nil {
			return err
		}
	} else if err := showChanges(c.OutOrStdout(), s, changes); err != nil {
		return err
	}
	if len(changes) > 0 {
		return fmt.Errorf("compare with %s: %d differences", f.compare, len(changes))
	}
	return nil
}

// settling is how long what has been told to end may take to be gone.
const settling = 2 * time.Second

// settled compares until nothing differs, or for as long as settling has.
func (f *snapshotFlags) settled(ctx context.Context, before snapshot.Snapshot, o snapshot.Options) (snapshot.Snapshot, []snapshot.Change, error) {
	for deadline := time.Now().Add(settling); ; {
		after, err := snapshot.Take(o)
		if err != nil {
			return after, nil, err
		}
		all, err := snapshot.Compare(before, after, f.patterns)
		if err != nil {
			return after, nil, err
		}
		var changes []snapshot.Change
		for _, change := range all {
			if f.all || !change.Others {
				changes = append(changes, change)
			}
		}
		if len(changes) == 0 || time.Now().After(deadline) {
			return after, changes, nil
		}
		select {
		case <-ctx.Done():
			return after, nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// showChanges shows how many things were compared, and then, section by section,
// what differs.
func showChanges(out io.Writer, s snapshot.Snapshot, changes []snapshot.Change) error {
	look := ui.Look(nil, out, nil)
	of := map[string][][]ui.Cell{}
	for _, c := range changes {
		of[c.Section] = append(of[c.Section], []ui.Cell{ui.Warn.Of(c.What), ui.Plain.Of(c.String())})
	}
	var rows [][]ui.Cell
	for _, section := range s.Sections {
		mark, found := ui.Done.Of("same"), fmt.Sprintf("%d compared", len(section.Items))
		if section.Unread != "" {
			mark, found = ui.Warn.Of("unread"), section.Unread
		}
		if of[section.Name] != nil {
			mark = ui.Warn.Of("differs")
		}
		rows = append(rows, []ui.Cell{mark, ui.Plain.Of(section.Name), ui.Plain.Of(found)})
	}
	if err := ui.Columns(out, look, rows); err != nil {
		return err
	}
	for _, section := range s.Sections {
		if of[section.Name] == nil {
			continue
		}
		if _, err := fmt.Fprintf(out, "\n%s\n", section.Name); err != nil {
			return err
		}
		if err := ui.Columns(out, look, of[section.Name]); err != nil {
			return err
		}
	}
	return nil
}

func writeSnapshot(path string, s snapshot.Snapshot) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return s.Write(f)
}

func readSnapshot(path string) (snapshot.Snapshot, error) {
	f, err := os.Open(path)
	if err != nil {
		return snapshot.Snapshot{}, err
	}
	defer f.Close()
	s, err := snapshot.Read(f)
	if err != nil {
		return s, fmt.Errorf("read %s: %w", path, err)
	}
	return s, nil
}
