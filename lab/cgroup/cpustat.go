package cgroup

import "time"

// Throttling is how often and how long the group was stopped by its quota.
type Throttling struct {
	// Periods are those in which it wanted to run; Throttled, how many of
	// these ended with it stopped.
	Periods, Throttled int64
	// Time is how long its run queues stood still, added up over processors.
	Time time.Duration
}

// Throttling reads the counters of cpu.stat.
func (g *Group) Throttling() (Throttling, error) {
	d, err := g.Dir(CPU)
	if err != nil {
		return Throttling{}, err
	}
	s, err := d.table("cpu.stat")
	if err != nil {
		return Throttling{}, err
	}
	stopped := time.Duration(s["throttled_time"]) // v1, in ns
	if d.Version == 2 {
		stopped = time.Duration(s["throttled_usec"]) * time.Microsecond
	}
	return Throttling{Periods: s["nr_periods"], Throttled: s["nr_throttled"], Time: stopped}, nil
}

// CPUTime reads how long the group's processes have run, of those that ended
// too: cpuacct.usage on v1, cpu.stat on v2. It needs controller CPUAcct.
func (g *Group) CPUTime() (time.Duration, error) {
	d, err := g.Dir(CPUAcct)
	if err != nil {
		return 0, err
	}
	if d.Version == 1 {
		ns, err := d.number("cpuacct.usage")
		return time.Duration(ns), err
	}
	us, err := d.field("cpu.stat", "usage_usec")
	return time.Duration(us) * time.Microsecond, err
}
