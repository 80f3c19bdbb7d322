package sys

import "golang.org/x/sys/unix"

// SetAffinity is sched_setaffinity(2) of the calling thread, to one processor.
func (t *Tracer) SetAffinity(cpu int) error {
	var set unix.CPUSet
	set.Set(cpu)
	return t.done("sched_setaffinity", 0, unix.SchedSetaffinity(0, &set), "0", decimal(len(set)*8), "["+decimal(cpu)+"]")
}

// Setns is setns(2): the calling thread goes into a namespace.
func (t *Tracer) Setns(fd int, kind uintptr) error {
	return t.done("setns", 0, unix.Setns(fd, int(kind)), decimal(fd), CloneFlags(kind))
}
