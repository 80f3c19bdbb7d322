package mount

import (
	"path/filepath"

	"golang.org/x/sys/unix"

	"byhand/lab/process"
)

// Spreading is an experiment on where a mount turns up.
type Spreading struct {
	// Source is the directory that is bound three times, below Dir: to shared,
	// slave and private. In each of the four are four directories: source,
	// shared, slave and private.
	Source, Dir string
}

// Spread is a stage: it binds a directory in each of the three ways, and then
// mounts something new in each of the four places.
func Spread(c *process.Child, s Spreading) (struct{}, error) {
	var none struct{}
	// Only a mount has peers, and a directory is none until it is bound to itself.
	if err := Bind(c.Trace, s.Source, s.Source, false); err != nil {
		return none, err
	}
	if err := Propagate(c.Trace, s.Source, Shared); err != nil {
		return none, err
	}
	kinds := []Propagation{Shared, Slave, Private}
	for _, kind := range kinds {
		target := filepath.Join(s.Dir, string(kind))
		// A bind mount of a shared mount is born as its peer; a slave still
		// receives from the group that it leaves, a private one doesn't.
		if err := Bind(c.Trace, s.Source, target, false); err != nil {
			return none, err
		}
		if err := Propagate(c.Trace, target, kind); err != nil {
			return none, err
		}
	}
	late := []string{filepath.Join(s.Source, "source")}
	for _, kind := range kinds {
		late = append(late, filepath.Join(s.Dir, string(kind), string(kind)))
	}
	for _, target := range late {
		if err := c.Trace.Mount("tmpfs", target, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, ""); err != nil {
			return none, err
		}
	}
	return none, nil
}
