// Package doctor finds out what this machine can do for the lessons. It asks
// by trying: what the kernel permits is known only from the answer to the real
// system call, made here in children that are thrown away. Everything else is
// read from /proc and /sys. Nothing on the machine is changed.
package doctor

import (
	"context"
	"fmt"
)

// Need names one thing that a lesson requires of the machine.
type Need string

// Finding is one thing that was looked at, and what to do where it is lacking.
type Finding struct {
	// Need is the need that was examined; empty for what only All looks at.
	Need Need `json:"need,omitempty"`
	// What says in a few words what was looked at, such as "cgroup cpu".
	What string `json:"what"`
	// OK is true where the machine can do it, or where it is information only.
	OK bool `json:"ok"`
	// Got is the evidence: the call that was tried with its errno, or what a
	// file held.
	Got string `json:"got"`
	// Mend says, where OK is false, what to do: a command wherever one helps.
	Mend string `json:"mend,omitempty"`
	// Required is true where the course cannot be done whole without it.
	Required bool `json:"required"`
}

// Examine finds out whether this machine meets one need. A need that it does
// not know is not met.
func Examine(ctx context.Context, need Need) Finding {
	for _, e := range exams() {
		if e.need == need {
			f := e.examine(ctx)
			f.Need, f.What, f.Required = need, e.what, true
			return f
		}
	}
	return Finding{
		Need:     need,
		What:     "unknown need",
		Got:      fmt.Sprintf("no examination is known for %q", string(need)),
		Mend:     "correct the lesson's list of needs; the known ones are constants of package doctor",
		Required: true,
	}
}

// All examines every need, and everything else worth knowing about the machine.
func All(ctx context.Context) []Finding {
	all := []Finding{kernelRelease(), identity(), machine()}
	for _, e := range exams() {
		all = append(all, Examine(ctx, e.need))
	}
	all = append(all, namespaces(ctx)...)
	all = append(all, cgroups()...)
	all = append(all, overlay(), seccomp())
	all = append(all, tools()...)
	return append(all, terminal())
}
