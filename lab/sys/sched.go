package sys

import "golang.org/x/sys/unix"

// SetAffinity is sched_setaffinity(2) of the calling thread, to one processor.
func (t *Tracer) SetAffinity(cpu int) error {
	var set unix.CPUSet
	set.Set(cpu)
	return t.done("sched_setaffinity", 0, unix.SchedSetaffinity(0, &set), "0", decimal(len(set)*8), "["+decimal(cpu)+"]")
}
