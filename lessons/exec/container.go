package exec

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lab/mount"
	"byhand/lab/namespace"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

// hostname is what the container is called.
const hostname = "box"

// furnish gives the container a name and a proc of its own.
func furnish() lesson.Step {
	return lesson.Step{
		Title: "Give it a host name and a proc file system",
		Why:   "By these a process inside can tell where it is.",
		Shell: steps.Text(`echo 'hostname ` + hostname + `' >"$LAB/in"
echo 'mount -t proc -o nosuid,nodev,noexec proc /proc' >"$LAB/in"`),
		Do: func(ctx context.Context, b *bench.Bench) error {
			if err := sandbox.Join(ctx, b, "hostname", hostname, nil); err != nil {
				return err
			}
			return sandbox.Join(ctx, b, "proc", struct{}{}, nil)
		},
		Source: []any{namespace.SetHostname, mount.Proc},
		Verify: func(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
			if _, refused := steps.Standing(b); refused != nil {
				return refused, nil
			}
			view, err := steps.Look(ctx, b)
			if err != nil {
				return nil, err
			}
			mounted := "no process"
			if len(view.PIDs) > 0 {
				mounted = "processes"
			}
			return []lesson.Check{
				lesson.Equal("from inside, the host name", hostname, view.Hostname, "the container was not named"),
				lesson.Equal("from inside, /proc lists", "processes", mounted, "proc was not mounted inside"),
			}, nil
		},
	}
}

// prepare gets an ordinary user a place for groups, where there can be one.
func prepare(ctx context.Context, b *bench.Bench) error {
	_, err := cgroup.Locate(cgroup.Freezer)
	if errors.Is(err, cgroup.ErrNotDelegated) {
		err = cgroup.Delegate(ctx, b.Trace)
	}
	if lack := (*cgroup.LackError)(nil); errors.As(err, &lack) {
		return nil // ration says so
	}
	return err
}

// group is the container's control group, or nil and why there can be none. The
// freezer is the one controller that limits nothing as long as nobody asks.
func group(b *bench.Bench) (*cgroup.Group, string, error) {
	g, err := steps.Group(b, "", cgroup.Freezer)
	if lack := (*cgroup.LackError)(nil); errors.As(err, &lack) {
		return nil, lack.Error(), nil
	}
	return g, "", err
}

// written is group for the commands of a step. Where a script asks systemd for a
// part of the tree first, the group is in that.
func written(b *bench.Bench) (*cgroup.Group, string, error) {
	if asks := steps.DelegateShellFor(cgroup.Freezer)(b) != ""; asks && cgroup.CanDelegate(context.Background()) {
		g, err := steps.Written(b, "", cgroup.Freezer)
		return g, "", err
	}
	return group(b)
}

// prepareShell is prepare for the shell that runs a script. Without a systemd to
// ask there is no group, as in the lesson.
func prepareShell(b *bench.Bench) string {
	if g, _, err := written(b); err != nil || g == nil {
		return ""
	}
	return steps.DelegateShellFor(cgroup.Freezer)(b)
}

// undo takes the container away, and its control group where it has one.
func undo(b *bench.Bench) string {
	if g, _, err := written(b); err != nil || g == nil {
		return lesson.Ended
	}
	return steps.Ungroup([]cgroup.Controller{cgroup.Freezer})(b)
}

// ration puts the container into a control group of its own.
func ration() lesson.Step {
	return lesson.Step{
		Title: "Give it a control group",
		Why:   "A limit binds who is in the group. The second process must come into the same one, else it would run without limits.",
		Shell: func(b *bench.Bench) string {
			g, lack, err := written(b)
			switch {
			case err != nil:
				return steps.Unable(err)
			case g == nil:
				return fmt.Sprintf("echo %q\n", "no group can be made here: "+lack)
			}
			return g.Create().Shell() + g.JoinShell(`cat "$LAB/pid"`)
		},
		Do: func(_ context.Context, b *bench.Bench) error {
			g, _, err := group(b)
			if err != nil || g == nil {
				return err
			}
			pid, err := sandbox.PID(b)
			if err != nil {
				return err
			}
			return errors.Join(g.Make(b.Trace), g.Join(pid).Perform(b.Trace))
		},
		Source: []any{(*cgroup.Group).Make, (*cgroup.Group).Join},
		Verify: func(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
			pid, refused := steps.Standing(b)
			if refused != nil {
				return refused, nil
			}
			g, lack, err := group(b)
			if err != nil {
				return nil, err
			}
			if g == nil {
				return []lesson.Check{lesson.Equal("a control group", "none, as "+lack, "none, as "+lack, "")}, nil
			}
			return []lesson.Check{
				lesson.Equal("the container's control group", g.Dirs[0].Path, groupOf(pid), "it was not moved into it"),
				{
					Name: "byhand's own control group", Want: "not " + g.Dirs[0].Path, Got: groupOf(os.Getpid()),
					OK: groupOf(os.Getpid()) != g.Dirs[0].Path, Control: true, Hint: "byhand was moved too",
				},
			}, nil
		},
	}
}

// groupOf is the directory of a process's group under the freezer.
func groupOf(pid int) string {
	g, err := cgroup.Of(pid, cgroup.Freezer)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(g.Dirs[0].Path, "/")
}
