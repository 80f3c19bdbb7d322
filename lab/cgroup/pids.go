package cgroup

// LimitPIDs are the changes that limit how many tasks, threads included, the
// group may have: pids.max on both versions. fork(2) past it is EAGAIN.
func (g *Group) LimitPIDs(n int64) Ops {
	return g.set(PIDs, func(d Dir) Ops { return Ops{d.write("pids.max", limitText(n, "max"))} })
}

// PIDsStat are the numbers of tasks.
type PIDsStat struct {
	// Limit is the most allowed, or Unlimited; Current, how many there are.
	Limit, Current int64
	// Refused counts the forks that failed at the limit.
	Refused int64
}

// PIDsStat reads pids.max, pids.current and pids.events.
func (g *Group) PIDsStat() (s PIDsStat, err error) {
	d, err := g.Dir(PIDs)
	if err != nil {
		return s, err
	}
	if s.Limit, err = d.number("pids.max"); err != nil {
		return s, err
	}
	if s.Current, err = d.number("pids.current"); err != nil {
		return s, err
	}
	s.Refused, err = d.field("pids.events", "max")
	return s, err
}
