// Package cgroupcpu is the lesson on CPU time: quota and weight.
package cgroupcpu

import (
	_ "embed" // for the prose

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/cgroup"
	"byhand/lab/workload"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// The controllers of the lesson: one limits, the other counts.
const (
	limits = cgroup.CPU
	counts = cgroup.CPUAcct
)

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "cgroup-cpu", Title: "A ration of CPU time",
		Summary: "let a hog have 5 % of the CPUs, and share one CPU by weight",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces, doctor.CgroupCPU},
		Prepare: steps.Delegate, PrepareShell: steps.DelegateShell,
		Setup: []lesson.Step{steps.Gather(), steps.Isolate(), steps.Null()},
		Steps: []lesson.Step{
			steps.MakeGroup(limits, counts),
			steps.JoinGroup(limits, counts),
			{
				Title:  "Let a hog run inside, and one outside",
				Why:    "yes prints without end and takes all the CPU time it gets. The one outside has a group of its own, without a quota, for comparison.",
				Shell:  hogsShell,
				Do:     hogs,
				Source: []any{hogs, workload.Run},
				Verify: hogsRun,

				Overtaken: true, // the quota comes next
			},
			{
				Title:  "Give the group 5 % of all CPUs",
				Why:    "A quota is CPU time for each period, added up over all CPUs: 5 % of N CPUs are N times 5000 of 100000 microseconds.",
				Expect: "The hog inside will slow down to a crawl. That is the limit.",
				Shell:  limitShell,
				Do:     limit,
				Source: []any{(*cgroup.Group).LimitCPU, limit},
				Verify: limited,
			},
			{
				Title:  "Share one CPU, one part to three",
				Why:    "A weight is no ceiling: it divides what two groups want at the same moment. So the hogs are tied to one CPU.",
				Shell:  shareShell,
				Do:     share,
				Source: []any{(*cgroup.Group).WeighCPU, share},
				Verify: shared,
			},
		},
		Undo: steps.Ungroup([]cgroup.Controller{limits, counts}, free, "-one", "-three", "-also-three"),
		Quiz: quiz(),
	}
}
