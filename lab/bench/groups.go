package bench

import (
	"context"
	"errors"

	"byhand/lab/cgroup"
)

// groupPrefix begins the names of the benches' cgroups.
const groupPrefix = "byhand-"

// GroupName is the name of the bench's cgroup. Others that it makes have this
// name, a dash and a word, so that they are found by it too.
func (b *Bench) GroupName() string {
	if b.ID == "" {
		return "sandbox" // in a script for nobody's bench, the course notes' name
	}
	return groupPrefix + b.ID
}

// removeGroups ends what is in the bench's cgroups and removes them, whatever
// hierarchy they are in.
func (b *Bench) removeGroups(ctx context.Context) error {
	groups, err := cgroup.Sweep(b.GroupName())
	if err != nil || len(groups) == 0 {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, g := range groups {
		err = errors.Join(err, g.Kill(ctx, nil), g.Remove(ctx, nil))
	}
	return errors.Join(err, cgroup.Tidy(nil))
}
