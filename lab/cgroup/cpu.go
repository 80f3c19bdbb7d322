package cgroup

import (
	"fmt"
	"runtime"
	"strconv"
	"time"
)

// Bandwidth is how long a group may run: Quota in each Period, on all
// processors together, so that twice the period is two whole processors.
// Quota 0 or less is no limit. The kernel wants 1 ms at least for both, and 1 s
// at most for Period (scheduler/sched-bwc.rst).
type Bandwidth struct{ Quota, Period time.Duration }

// DefaultPeriod is the kernel's, and what is meant by a Period of 0.
const DefaultPeriod = 100 * time.Millisecond

// Percent is a share of one processor: 150 is one and a half.
func Percent(p float64) Bandwidth {
	return Bandwidth{Quota: time.Duration(p / 100 * float64(DefaultPeriod)), Period: DefaultPeriod}
}

// PercentOfAll is a share of all processors of the machine, as in the notes'
// 5000 * $(getconf _NPROCESSORS_ONLN).
func PercentOfAll(p float64) Bandwidth { return Percent(p * float64(runtime.NumCPU())) }

// LimitCPU are the changes that limit how long the group runs:
// cpu.cfs_period_us and cpu.cfs_quota_us on v1, cpu.max on v2.
func (g *Group) LimitCPU(b Bandwidth) Ops {
	if b.Period == 0 {
		b.Period = DefaultPeriod
	}
	period := strconv.FormatInt(b.Period.Microseconds(), 10)
	return g.set(CPU, func(d Dir) Ops {
		if d.Version == 2 {
			return Ops{d.write("cpu.max", quotaText(b.Quota, "max")+" "+period)}
		}
		var ops Ops
		// A quota that stands may be too much or too little for the new period.
		if now, err := d.number("cpu.cfs_quota_us"); err == nil && now > 0 {
			ops = Ops{d.write("cpu.cfs_quota_us", "-1")}
		}
		return append(ops,
			d.write("cpu.cfs_period_us", period),
			d.write("cpu.cfs_quota_us", quotaText(b.Quota, "-1")))
	})
}

func quotaText(quota time.Duration, none string) string {
	if quota <= 0 {
		return none
	}
	return strconv.FormatInt(quota.Microseconds(), 10)
}

// CPULimit reads the limit back; a Quota of Unlimited is none.
func (g *Group) CPULimit() (Bandwidth, error) {
	d, err := g.Dir(CPU)
	if err != nil {
		return Bandwidth{}, err
	}
	var quota, period int64
	if d.Version == 2 {
		f := words(d.Path, "cpu.max")
		if len(f) != 2 {
			return Bandwidth{}, fmt.Errorf("read %s/cpu.max: %q; want a quota and a period", d.Path, f)
		}
		if quota, err = parseNumber(f[0]); err != nil {
			return Bandwidth{}, err
		}
		period, err = parseNumber(f[1])
	} else {
		if quota, err = d.number("cpu.cfs_quota_us"); err != nil {
			return Bandwidth{}, err
		}
		period, err = d.number("cpu.cfs_period_us")
	}
	b := Bandwidth{Quota: time.Duration(quota) * time.Microsecond, Period: time.Duration(period) * time.Microsecond}
	if quota < 0 {
		b.Quota = Unlimited
	}
	return b, err
}
