package pause

import (
	"path/filepath"

	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lessons/internal/steps"
)

// beside is the suffix of the group that is never frozen.
const beside = "-beside"

func group(b *bench.Bench) (*cgroup.Group, error) { return steps.Group(b, "", cgroup.Freezer) }

func other(b *bench.Bench) (*cgroup.Group, error) { return steps.Group(b, beside, cgroup.Freezer) }

// written and writtenOther are group and other for the commands of a step.
func written(b *bench.Bench) (*cgroup.Group, error) { return steps.Written(b, "", cgroup.Freezer) }

func writtenOther(b *bench.Bench) (*cgroup.Group, error) {
	return steps.Written(b, beside, cgroup.Freezer)
}

// standstill writes the shell's way to wait until all of the group stand still.
func standstill(g *cgroup.Group) string {
	d := g.Dirs[0]
	if d.Version == 2 {
		return "until grep -q 'frozen 1' " + cgroup.Word(filepath.Join(d.Path, "cgroup.events")) + "; do\n  sleep 0.1\ndone\n"
	}
	state := cgroup.Word(filepath.Join(d.Path, "freezer.state"))
	// Who was about to fork may have escaped; so it is asked for again.
	return "until grep -q FROZEN " + state + "; do\n  echo FROZEN > " + state + "\n  sleep 0.1\ndone\n"
}

// stateFile is where a group says whether it is frozen.
func stateFile(g *cgroup.Group) string {
	d := g.Dirs[0]
	if d.Version == 2 {
		return filepath.Join(d.Path, "cgroup.events") + ": frozen"
	}
	return filepath.Join(d.Path, "freezer.state")
}

// stateOf renders it.
func stateOf(g *cgroup.Group) string {
	is, err := g.Frozen()
	switch {
	case err != nil:
		return err.Error()
	case is:
		return "frozen"
	}
	return "not frozen"
}

// undo thaws first: on v1 nothing that is frozen can be ended.
func undo(b *bench.Bench) string {
	g, err := written(b)
	if err != nil {
		return steps.Unable(err)
	}
	return steps.FindScope(cgroup.Freezer)(b) + g.Thaw().Shell() + steps.Ungroup([]cgroup.Controller{cgroup.Freezer}, beside)(b)
}
