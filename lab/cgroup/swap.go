package cgroup

// CountsSwap reports whether the kernel counts what a group has in swap, so
// that it can be limited: memory.memsw.* on v1, which may have to be asked for
// at boot by swapaccount=1, and memory.swap.* on v2.
func (g *Group) CountsSwap() bool {
	d, err := g.Dir(Memory)
	return err == nil && (d.has("memory.swap.max") || d.has("memory.memsw.limit_in_bytes"))
}
