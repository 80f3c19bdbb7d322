// Package world draws the picture of host and sandbox, each as it sees the
// world itself: the same questions, asked on both sides of the wall.
package world

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"byhand/internal/kernel"
	"byhand/internal/xray"
	"byhand/lab/bench"
	"byhand/lab/probe"
	"byhand/lab/sandbox"
)

// Row is one question and what the two sides answer.
type Row struct {
	// What is asked, such as "host name".
	What string
	// Host and Sandbox are the answers.
	Host, Sandbox string
	// Was is the sandbox's answer before the step, where it has changed.
	Was string
	// HostChanged and SandboxChanged tell what is not as it was before.
	HostChanged, SandboxChanged bool

	// restless marks an answer of the host's that changes by itself.
	restless bool
}

// Picture is the questions in their order.
type Picture struct {
	Rows []Row
}

// nothing is what a sandbox answers that does not stand.
const nothing = "-"

// Look asks both sides now.
func Look(ctx context.Context, b *bench.Bench) (Picture, error) {
	host, err := probe.Look(nil, struct{}{})
	if err != nil {
		return Picture{}, err
	}
	ours, err := xray.Look(os.Getpid())
	if err != nil {
		return Picture{}, err
	}
	rows := answers(host, ours)
	pid, err := sandbox.PID(b)
	if errors.Is(err, sandbox.ErrNone) {
		for i := range rows {
			rows[i].Sandbox = nothing
		}
		return Picture{rows}, nil
	}
	if err != nil {
		return Picture{}, err
	}
	theirs, err := xray.Look(pid)
	if err != nil {
		return Picture{}, err
	}
	quiet := *b
	quiet.Trace = nil // a probe's own calls are not the lesson's
	var inside probe.View
	if err := sandbox.Join(ctx, &quiet, "look", struct{}{}, &inside); err != nil {
		return Picture{}, fmt.Errorf("look from inside: %w", err)
	}
	for i, r := range answers(inside, theirs) {
		rows[i].Sandbox = r.Host
	}
	rows[numberRow].Host = fmt.Sprintf("%d: so it is seen here", pid)
	return Picture{rows}, nil
}

// numberRow is the place of the row that asks for the shell's number.
const numberRow = 2

// answers are one side's, as its Row.Host.
func answers(v probe.View, a xray.Anatomy) []Row {
	// What looks from inside is itself a process there, but not for long.
	standing := map[int]bool{}
	for _, p := range a.Processes {
		standing[p.Inside] = true
	}
	v.PIDs = slices.DeleteFunc(v.PIDs, func(pid int) bool { return !standing[pid] })
	ps := "none: /proc is empty"
	if n := len(v.PIDs); n > 0 {
		ps = fmt.Sprintf("%d processes", n)
		if n <= 5 {
			ps = "only " + strings.Trim(fmt.Sprint(v.PIDs), "[]")
		}
	}
	var links []string
	for _, l := range v.Links {
		state := " down"
		if l.Up {
			state = " up"
		}
		links = append(links, l.Name+state)
	}
	user := fmt.Sprint(v.UID)
	if a.UID != v.UID || a.UIDMap != everyone {
		user += fmt.Sprintf(", known outside as %d", a.UID)
	}
	return []Row{
		{What: "host name", Host: v.Hostname},
		{What: "user", Host: user},
		{What: "the shell is", Host: numberOf(a)},
		{What: "ps lists", Host: ps, restless: true},
		{What: "network", Host: strings.Join(links, ", ")},
		{What: "its / is", Host: a.Root},
		{What: "in /", Host: strings.Join(v.Root, " ")},
		{What: "mounts", Host: mounts(a)},
		{What: "CPU", Host: limit(a, "cpu")},
		{What: "memory", Host: limit(a, "memory")},
	}
}

// everyone is the map of the first user namespace.
const everyone = "0 0 4294967295"

func numberOf(a xray.Anatomy) string {
	if a.PID == os.Getpid() {
		return nothing
	}
	return fmt.Sprintf("process %d", a.Inside)
}

// few is how many mounts are named.
const few = 4

func mounts(a xray.Anatomy) string {
	if why := a.Unread["mounts"]; why != "" {
		return why
	}
	if len(a.Mounts) == 0 {
		return "none"
	}
	var names []string
	for _, m := range a.Mounts {
		name := m.Target
		if m.ReadOnly {
			name += " (ro)"
		}
		names = append(names, name)
	}
	slices.Sort(names)
	if len(names) > few {
		return fmt.Sprintf("%d", len(names))
	}
	return strings.Join(names, " ")
}

// limit is what a controller's first file says: the limit on its use.
func limit(a xray.Anatomy, controller string) string {
	i := slices.IndexFunc(a.Groups, func(g xray.Group) bool { return g.Controller == controller })
	if i < 0 {
		return "no such controller"
	}
	values := a.Groups[i].Values
	if len(values) == 0 || values[0].Means == "" {
		return "no limit"
	}
	return values[0].Means
}

// Stands reports whether there is a sandbox.
func (p Picture) Stands() bool { return len(p.Rows) > 0 && p.Rows[0].Sandbox != nothing }

// Since marks what is not as it was in an earlier picture.
func (p Picture) Since(before Picture) Picture {
	rows := slices.Clone(p.Rows)
	for i := range rows {
		if i >= len(before.Rows) {
			break
		}
		was := before.Rows[i]
		rows[i].HostChanged = was.Host != rows[i].Host && !rows[i].restless && i != numberRow
		// One that has just been made has answers where there were none: what is
		// new is where it is not as on the host.
		changed := was.Sandbox != rows[i].Sandbox
		if was.Sandbox == nothing {
			changed = changed && rows[i].Sandbox != rows[i].Host
		}
		if changed {
			rows[i].SandboxChanged, rows[i].Was = true, was.Sandbox
		}
	}
	return Picture{rows}
}

// Release is the kernel that was asked, for a recording's mark.
func Release() string {
	release, err := kernel.Release()
	if err != nil {
		return "an unknown kernel"
	}
	return "Linux " + release
}
