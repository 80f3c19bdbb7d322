package run

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

func killShell(*bench.Bench) string {
	return "# docker run -d --name job; docker kill job\nmkdir \"$LAB/boxes/job\"\n" + startShell(job, note) +
		`kill -KILL "$(cat "$LAB/boxes/job/pid")"
until [ -s "$LAB/boxes/job/status" ]; do sleep 0.1; done
`
}

// startJob starts the second container.
func startJob(ctx context.Context, b *bench.Bench, remove bool) (sandbox.Kept, error) {
	k := kept(b, job)
	k.Remove = remove
	if err := b.Trace.Mkdir(k.Dir); err != nil {
		return k, err
	}
	return k, sandbox.Detach(ctx, b, k)
}

// kill starts the second container, kills it, and waits for its status.
func kill(ctx context.Context, b *bench.Bench) error {
	k, err := startJob(ctx, b, false)
	if err != nil {
		return err
	}
	pid, err := k.Read("pid")
	if err != nil {
		return err
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return fmt.Errorf("pidfd_open(%d): %w", pid, err)
	}
	defer func() { _ = unix.Close(fd) }()
	if err := b.Trace.PidfdKill(fd); err != nil {
		return err
	}
	return steps.Until(ctx, func() bool { _, err := k.Read("status"); return err == nil })
}

// fate is how a container fares: whether its process lives is asked of the
// kernel, how it ended only its monitor knows.
func fate(k sandbox.Kept) string {
	if presence(k.Dir) != "there" {
		return "no such container"
	}
	pid, err := k.Read("pid")
	if err != nil {
		return "created"
	}
	if s, err := kernel.ReadStat(pid); err == nil && !s.Ended() {
		return "running"
	}
	status, err := k.Read("status")
	if err != nil {
		return "ended, and nobody knows how"
	}
	return fmt.Sprintf("exited (%d)", status)
}

func killed(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if _, refused := steps.Standing(b); refused != nil {
		return refused, nil
	}
	hint := "it was not killed, but ended by itself"
	got := fate(kept(b, job))
	switch got {
	case "no such container", "created", "running":
		hint = "it was not started, or not killed"
	case "ended, and nobody knows how":
		hint = "nobody waited for it: its parent was gone before"
	}
	return []lesson.Check{
		lesson.Equal("ps --all: job", "exited (137)", got, hint),
		{Name: "ps --all: box, which was not killed", Want: "running", Got: fate(kept(b, box)), OK: fate(kept(b, box)) == "running", Control: true, Hint: "the other one has ended, too"},
		lesson.Equal("the name job", "taken", taken(b), "its files were removed already"),
	}, nil
}

func taken(b *bench.Bench) string {
	if presence(b.Path("boxes", job)) == "there" {
		return "taken"
	}
	return "free"
}

const removeShell = `# docker rm job
rm -r "$LAB/boxes/job"
`

// remove removes the second container's files.
func remove(_ context.Context, b *bench.Bench) error { return os.RemoveAll(b.Path("boxes", job)) }

func removed(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	return []lesson.Check{
		lesson.Equal("the name job", "free", taken(b), "its directory is still there: rm -r \"$LAB/boxes/job\""),
		{Name: "the name box", Want: "there", Got: presence(b.Path("boxes", box)), OK: presence(b.Path("boxes", box)) == "there", Control: true, Hint: "the other container's directory was removed, too"},
		lesson.Equal("ps: box", "running", fate(kept(b, box)), "it has lost its directory or its process"),
	}, nil
}

// errand is what the last container does.
const errand = "echo done >/job; exit 3"

func onceShell(*bench.Bench) string {
	return "# docker run --rm --name job\nmkdir \"$LAB/boxes/job\"\n" + startShell(job, erase) +
		"echo '" + errand + "' >\"$LAB/boxes/job/in\"\n" +
		"while [ -e \"$LAB/boxes/job\" ]; do sleep 0.1; done\n"
}

// once runs a container that does something, ends, and is removed.
func once(ctx context.Context, b *bench.Bench) error {
	k, err := startJob(ctx, b, true)
	if err != nil {
		return err
	}
	if err := kept(b, job).Say(b.Trace, errand); err != nil {
		return err
	}
	return steps.Until(ctx, func() bool { return presence(k.Dir) != "there" })
}

func goneByItself(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	text, _ := os.ReadFile(b.Path("rootfs", "job"))
	did := "nothing"
	if string(text) == "done\n" {
		did = "done"
	}
	return []lesson.Check{
		lesson.Equal("what the container wrote to /job", "done", did, "it did not run: its root is not $LAB/rootfs, or nothing was sent to it"),
		lesson.Equal("ps --all: job", "no such container", fate(kept(b, job)), "it has ended, and is still there: whoever waited did not remove it"),
		{Name: "ps --all: box, without --rm", Want: "running", Got: fate(kept(b, box)), OK: fate(kept(b, box)) == "running", Control: true, Hint: "the other one has gone, too"},
	}, nil
}

// undoShell ends box, and lets the one who waits write down how before the
// directory is removed.
const undoShell = `kill -9 "$(cat "$LAB/pid")"
until [ -s "$LAB/boxes/box/status" ]; do sleep 0.1; done
rm -rf "$LAB"
`
