package ports

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/bench"
	"byhand/lab/network"
	"byhand/lab/process"
)

// The lesson's network namespaces, by the name of the file of the bench with
// the number of the process that stands in each.
const (
	host    = "host"
	outside = "outside"
	box     = "box"
)

// pidOf returns the process that stands in a namespace of the lesson's.
func pidOf(b *bench.Bench, name string) (int, error) {
	text, err := os.ReadFile(b.Path(name))
	if err != nil {
		return 0, fmt.Errorf("nothing stands for the %s", name)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", b.Path(name), err)
	}
	start, err := kernel.StartTime(pid)
	if err != nil || !kernel.Alive(pid, start) {
		return 0, fmt.Errorf("what stood for the %s has ended", name)
	}
	return pid, nil
}

// idle is a program that does nothing, for as long as it is left to.
func idle() ([]string, error) {
	path, err := exec.LookPath("sleep")
	return []string{path, "infinity"}, err
}

// stand starts a program that stays, by a stage that executes it, as what the
// name stands for.
func stand(ctx context.Context, b *bench.Bench, name string, c process.Command) error {
	argv, err := idle()
	if err != nil {
		return err
	}
	c.Args, c.Env = argv, []string{b.Env()}
	c.Born = func(pid int) error {
		if err := b.Record(pid); err != nil {
			return err
		}
		return os.WriteFile(b.Path(name), []byte(strconv.Itoa(pid)+"\n"), 0o600)
	}
	p, err := process.Start(b.Trace, c)
	if err != nil {
		return err
	}
	if err := p.Follow(ctx, nil); err != nil {
		_ = p.Kill()
		_, _ = p.Wait()
		return err
	}
	return nil
}

// at is a Command in one of the lesson's network namespaces, as root of the
// user namespace that owns them all; it gets others as files.
func at(b *bench.Bench, name, stage string, args any, files ...*os.File) (process.Command, error) {
	pid, err := pidOf(b, name)
	return process.Command{
		Stage: stage, Args: args, Files: files, Env: []string{b.Env()},
		JoinPID: pid, Join: unix.CLONE_NEWUSER | unix.CLONE_NEWNET,
	}, err
}

// run runs a stage in the host's network namespace, with those of the names as
// its files.
func run(ctx context.Context, b *bench.Bench, stage string, args, result any, names ...string) error {
	var files []*os.File
	for _, name := range names {
		pid, err := pidOf(b, name)
		if err != nil {
			return err
		}
		ns, err := network.Of(pid)
		if err != nil {
			return err
		}
		defer ns.Close()
		files = append(files, ns)
	}
	c, err := at(b, host, stage, args, files...)
	if err != nil {
		return err
	}
	return process.Run(ctx, b.Trace, c, result)
}

// quietly is run for what only looks: its calls are not the lesson's.
func quietly(ctx context.Context, b *bench.Bench, stage string, args, result any, names ...string) error {
	quiet := *b
	quiet.Trace = nil
	return run(ctx, &quiet, stage, args, result, names...)
}

// look returns what is in a network namespace.
func look(ctx context.Context, b *bench.Bench, name string) (v network.View, err error) {
	return v, quietly(ctx, b, "network", struct{}{}, &v, name)
}

// connect connects from a namespace to an address; where listen is not empty,
// somebody listens there outside.
func connect(ctx context.Context, b *bench.Bench, from, to, listen string) (got string, err error) {
	return got, quietly(ctx, b, "connect", network.Call{To: to, Listen: listen}, &got, from, outside)
}
