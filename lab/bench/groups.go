package bench

import (
	"context"
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"

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

// thawGroups lets run on what is frozen in the bench's cgroups: on v1 nobody there
// dies before.
func (b *Bench) thawGroups() error {
	groups, err := cgroup.Sweep(b.GroupName())
	for _, g := range groups {
		if _, lacks := g.Dir(cgroup.Freezer); lacks != nil {
			continue
		}
		if cause := g.Thaw().Perform(nil); !errors.Is(cause, fs.ErrNotExist) && !errors.Is(cause, unix.ENODEV) {
			err = errors.Join(err, cause)
		}
	}
	return err
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
