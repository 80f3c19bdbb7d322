package cgroup

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Release lifts what keeps the group's processes from running: the freezer and
// the quota of CPU time. What is killed ends by running to its end, and on
// kernels before 6.18 it does so on its group's quota, behind the debt of
// whatever ran past it before.
func (g *Group) Release(t *sys.Tracer) error {
	var ops Ops
	if d, err := g.Dir(Freezer); err == nil && d.has("cgroup.procs") {
		ops = append(ops, g.Thaw()...)
	}
	if limit, err := g.CPULimit(); err == nil && limit.Quota > 0 {
		ops = append(ops, g.LimitCPU(Bandwidth{Period: limit.Period})...)
	}
	// Who has the group may remove it meanwhile, a file of it that is open too.
	err := ops.Perform(t)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENODEV) {
		return nil
	}
	return err
}
