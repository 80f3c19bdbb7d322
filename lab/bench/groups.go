package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"byhand/lab/cgroup"
)

// groupPrefix begins the names of the benches' cgroups.
const groupPrefix = "byhand-"

// GroupNames is what the names of the cgroups of benches in dir begin with.
func GroupNames(dir string) string { return groupPrefix + idPrefix(dir) }

// adopted is the file that lists the directories of cgroups that are the
// bench's whatever they are called.
const adopted = "groups"

// GroupName is the name of the bench's cgroup. Others that it makes have this
// name, a dash and a word, so that they are found by it too.
func (b *Bench) GroupName() string {
	if b.ID == "" {
		return "sandbox" // in a script for nobody's bench, the course notes' name
	}
	return groupPrefix + b.ID
}

// releaseGroups lets what is in the bench's cgroups run, so that it can end.
func (b *Bench) releaseGroups() error {
	groups, err := cgroup.Sweep(b.GroupName())
	for _, g := range groups {
		err = errors.Join(err, g.Release(nil))
	}
	return err
}

// Adopt makes cgroups the bench's, by their directories: those that a person
// made, under names of their own. Destroy ends what is in them and removes them.
func (b *Bench) Adopt(dirs ...string) error {
	have := b.adopted()
	dirs = slices.DeleteFunc(dirs, func(dir string) bool { return slices.Contains(have, dir) || strings.Contains(dir, "\n") })
	if len(dirs) == 0 {
		return nil
	}
	f, err := os.OpenFile(b.Path(adopted), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("adopt cgroups %q: %w", dirs, err)
	}
	defer f.Close()
	if _, err := f.WriteString(strings.Join(dirs, "\n") + "\n"); err != nil {
		return fmt.Errorf("adopt cgroups %q: %w", dirs, err)
	}
	return nil
}

// adopted are the directories that Adopt was told of. A line that was cut by a
// crash is none.
func (b *Bench) adopted() []string {
	text, err := os.ReadFile(b.Path(adopted))
	if err != nil {
		return nil
	}
	var dirs []string
	for line := range strings.Lines(string(text)) {
		if dir, whole := strings.CutSuffix(line, "\n"); whole {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// removeGroups ends what is in the bench's cgroups and removes them, whatever
// hierarchy they are in.
func (b *Bench) removeGroups(ctx context.Context) error {
	groups, err := cgroup.Sweep(b.GroupName())
	if err != nil {
		return err
	}
	for _, dir := range b.adopted() {
		g, atErr := cgroup.At(dir)
		if _, statErr := os.Stat(dir); atErr != nil || statErr != nil {
			continue // removed, with the hierarchy even
		}
		groups = append(groups, g)
	}
	if len(groups) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, g := range groups {
		err = errors.Join(err, g.Kill(ctx, nil), g.Remove(ctx, nil))
	}
	return errors.Join(err, cgroup.Tidy(nil))
}
