package cgroup

import "strconv"

// DefaultShares is what every group has until it is given another weight.
const DefaultShares = 1024

// WeighCPU are the changes that give the group a weight against its siblings,
// in v1's unit, 2 to 262144: cpu.shares on v1, cpu.weight on v2. It counts only
// where they compete for a processor.
func (g *Group) WeighCPU(shares int64) Ops {
	return g.set(CPU, func(d Dir) Ops {
		if d.Version == 2 {
			return Ops{d.write("cpu.weight", strconv.FormatInt(weightOf(shares), 10))}
		}
		return Ops{d.write("cpu.shares", strconv.FormatInt(shares, 10))}
	})
}

// CPUShares reads the weight back, in v1's unit.
func (g *Group) CPUShares() (int64, error) {
	d, err := g.Dir(CPU)
	if err != nil {
		return 0, err
	}
	if d.Version == 1 {
		return d.number("cpu.shares")
	}
	weight, err := d.number("cpu.weight")
	return sharesOf(weight), err
}

// weightOf converts shares to a v2 weight, 1 to 10000, as the kernel does the
// other way round (kernel/sched/core.c, cpu_weight_write_u64): the default
// 1024 is the default 100, and the ratio of two groups stays what it was. runc
// instead maps 2..262144 onto 1..10000, which keeps the ends.
func weightOf(shares int64) int64 {
	return min(max((shares*100+512)/1024, 1), 10000)
}

func sharesOf(weight int64) int64 { return (weight*1024 + 50) / 100 }
