package guide

import (
	"maps"
	"os"

	"byhand/internal/kernel"
)

// work is what our descendants had done up to a moment.
type work struct {
	// switches are how often each thread has been off a CPU.
	switches map[thread]uint64
	// running tells that one of them was at work at the moment, or could not be
	// looked at.
	running bool
}

// thread is one by what no other will ever have.
type thread struct {
	id int
	// start is when its process began.
	start uint64
}

// workNow looks at all of our descendants.
func workNow() work {
	all, err := kernel.Descendants(os.Getpid())
	w := work{switches: map[thread]uint64{}, running: err != nil}
	for _, p := range all {
		threads, running, err := kernel.Switches(p.PID)
		w.running = w.running || running || err != nil
		for id, n := range threads {
			w.switches[thread{id, p.Start}] = n
		}
	}
	return w
}

// idle reports whether none of them has done anything from one moment to a later
// one: none came, none went, and none has been on a CPU, which it would have had
// to leave again. What changed on the machine meanwhile is not their work.
func (w work) idle(until work) bool {
	return !w.running && !until.running && maps.Equal(w.switches, until.switches)
}
