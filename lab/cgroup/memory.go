package cgroup

import (
	"errors"
	"io/fs"
)

// MemoryLimit is how much memory a group may have.
type MemoryLimit struct {
	// Bytes is the limit of what is in memory; Unlimited is none. The kernel
	// rounds down to pages.
	Bytes int64
	// Swap is how much may be swapped out besides; Unlimited is no limit. On
	// reading it is Unlimited too where the kernel doesn't count swap.
	Swap int64
}

// LimitMemory are the changes that limit memory and swap: on v1
// memory.limit_in_bytes, and memory.memsw.limit_in_bytes for both together; on
// v2 memory.max and memory.swap.max. A kernel that counts no swap lacks the
// latter; it is left out then.
func (g *Group) LimitMemory(l MemoryLimit) Ops {
	return g.set(Memory, func(d Dir) Ops {
		if d.Version == 2 {
			swap := d.write("memory.swap.max", limitText(l.Swap, "max"))
			swap.Lenient = true
			return Ops{d.write("memory.max", limitText(l.Bytes, "max")), swap}
		}
		total := l.total()
		memory := d.write("memory.limit_in_bytes", limitText(l.Bytes, "-1"))
		both := d.write("memory.memsw.limit_in_bytes", limitText(total, "-1"))
		both.Lenient = true
		// At no moment may memory be above memory and swap together, or the
		// write is EINVAL: raise the sum first, lower the part first.
		now, err := d.number("memory.limit_in_bytes")
		if err == nil && now != Unlimited && (total == Unlimited || total >= now) {
			return Ops{both, memory}
		}
		return Ops{memory, both}
	})
}

// total is the limit of memory and swap together, as v1 counts.
func (l MemoryLimit) total() int64 {
	if l.Bytes == Unlimited || l.Swap == Unlimited {
		return Unlimited
	}
	return l.Bytes + l.Swap
}

// MemoryLimit reads the limits back.
func (g *Group) MemoryLimit() (MemoryLimit, error) {
	l := MemoryLimit{Swap: Unlimited}
	d, err := g.Dir(Memory)
	if err != nil {
		return l, err
	}
	limit, swap := "memory.max", "memory.swap.max"
	if d.Version == 1 {
		limit, swap = "memory.limit_in_bytes", "memory.memsw.limit_in_bytes"
	}
	if l.Bytes, err = d.number(limit); err != nil {
		return l, err
	}
	n, err := d.number(swap)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	l.Swap = n
	if d.Version == 1 && n != Unlimited {
		l.Swap = n - l.Bytes
	}
	return l, err
}
