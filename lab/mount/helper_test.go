package mount_test

import (
	"context"
	"os"
	"testing"

	"byhand/internal/doctor"
	"byhand/internal/lessontest"
	"byhand/lab/bench"
	"byhand/lab/mount"
	"byhand/lab/namespace"
	"byhand/lab/process"
	"byhand/lab/rootfs"
	"byhand/lab/sandbox"
)

func TestMain(m *testing.M) {
	lessontest.Main(m, process.Table{
		"bare proc":    process.Typed(mount.Proc),
		"bare sys":     process.Typed(mount.Sys),
		"bare remount": process.Typed(bareRemount),
		"detach":       process.Typed(detach),
	})
}

func needSandbox(t *testing.T) {
	t.Helper()
	for _, need := range []doctor.Need{doctor.SixNamespaces, doctor.ProcMount, doctor.SysfsMount} {
		if found := doctor.Examine(t.Context(), need); !found.OK {
			t.Skipf("this machine can't: %s: %s", found.What, found.Got)
		}
	}
}

// standing is a bench with a shell that stands in six new namespaces.
func standing(t *testing.T) (b *bench.Bench, pid int) {
	t.Helper()
	needSandbox(t)
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	b, err := bench.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Destroy(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := rootfs.Build(t.Context(), rootfs.Source{Kind: rootfs.Host}, b.Root(), nil); err != nil {
		t.Fatal(err)
	}
	if err := sandbox.Stand(t.Context(), b, namespace.Isolated(namespace.Six, "namespace", sandbox.Shell(b))); err != nil {
		t.Fatal(err)
	}
	if pid, err = sandbox.PID(b); err != nil {
		t.Fatal(err)
	}
	return b, pid
}
