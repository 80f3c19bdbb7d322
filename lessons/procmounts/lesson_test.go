package procmounts

import (
	"context"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
	"byhand/lab/process"
	"byhand/lab/sandbox"
)

func TestMain(m *testing.M) {
	lessontest.Main(m, process.Table{"bind": process.Typed(bind)})
}

func TestLaws(t *testing.T) {
	nothing := lessontest.Saboteur{Name: "nothing mounted", Do: lessontest.Nothing, Says: "mountinfo"}
	elsewhere := lessontest.Saboteur{Name: "another file system at another place", Do: join("tmp"), Says: "mountinfo"}
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Mount proc": {
			nothing, elsewhere,
			{Name: "the host's, bound", Do: bound("/proc"), Says: "the host's own /proc"},
			{Name: "mounted outside", Do: outside("proc", "proc"), Says: "mounted there inside", Root: true},
		},
		"Mount sysfs": {
			nothing, elsewhere,
			{Name: "the host's, bound", Do: bound("/sys"), Says: "the host's own /sys"},
			{Name: "mounted outside", Do: outside("sysfs", "sys"), Says: "mounted there inside", Root: true},
		},
		"Mount tmpfs, and keep a file in it": {
			nothing,
			{Name: "a directory of the disk bound over it", Do: diskInstead, Says: "nothing of that kind"},
			{Name: "mounted outside", Do: outside("tmpfs", "tmp"), Says: "mounted there inside", Root: true},
			{Name: "no file", Do: join("tmp"), Says: "/tmp/secret"},
			{Name: "the file before the mount", Do: fileFirst, Says: "before the tmpfs was mounted"},
		},
	})
}

// A binding is what bind(2) needs, were there such a call for mounts.
type binding struct{ From, To string }

// bind is a stage that has the sandbox's mounts but not its root, and so still
// sees the host's files.
func bind(c *process.Child, what binding) (struct{}, error) {
	// Within a user namespace, a mount is bound with what is mounted below it
	// or not at all: what that hides is not to be uncovered.
	return struct{}{}, c.Trace.Mount(what.From, what.To, "", unix.MS_BIND|unix.MS_REC, "")
}

func bound(dir string) func(context.Context, *bench.Bench) error {
	return func(ctx context.Context, b *bench.Bench) error {
		return sandbox.Join(ctx, b, "bind", binding{dir, b.Root() + dir}, nil)
	}
}

func diskInstead(ctx context.Context, b *bench.Bench) error {
	return sandbox.Join(ctx, b, "bind", binding{b.Root() + "/etc", b.Root() + "/tmp"}, nil)
}

// outside mounts in our own mount namespace, where the lesson's shell would be
// typed by someone who forgot to go in.
func outside(fstype, name string) func(context.Context, *bench.Bench) error {
	return func(_ context.Context, b *bench.Bench) error {
		return b.Trace.Mount(fstype, b.Path("rootfs", name), fstype, 0, "")
	}
}

func fileFirst(ctx context.Context, b *bench.Bench) error {
	if err := os.WriteFile(b.Path("rootfs", "tmp", "secret"), []byte(secret+"\n"), 0o644); err != nil {
		return err
	}
	return join("tmp")(ctx, b)
}
