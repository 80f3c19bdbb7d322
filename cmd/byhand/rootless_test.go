package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"byhand/internal/doctor"
	"byhand/internal/rerun"
	"byhand/lab/network"
)

// nobody is an ordinary user who owns nothing.
const nobody = 65534

// TestRootless runs the scripts for an ordinary user, as one. Root runs this test
// once more as nobody.
func TestRootless(t *testing.T) {
	if os.Geteuid() == 0 {
		asNobody(t)
		return
	}
	if f := doctor.Examine(t.Context(), doctor.UserNamespaces); !f.OK {
		t.Skipf("%s: %s", f.What, f.Got)
	}
	p := params(t)
	p.Dir = "testdata/rootless"
	testscript.Run(t, p)
}

// asNobody runs TestRootless by a copy of this binary that nobody can get at: the
// go command's own directory is root's alone.
func asNobody(t *testing.T) {
	if rerun.IsApart() {
		if err := network.Loopback(nil); err != nil {
			t.Fatal(err)
		}
	}
	dir, err := os.MkdirTemp("", "byhand-nobody")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	binary := filepath.Join(dir, filepath.Base(os.Args[0]))
	copyFile(t, "/proc/self/exe", binary, 0o755)
	scripts := filepath.Join(dir, "testdata", "rootless")
	if err := os.MkdirAll(scripts, 0o755); err != nil {
		t.Fatal(err)
	}
	all, err := filepath.Glob("testdata/rootless/*.txtar")
	if err != nil || len(all) == 0 {
		t.Fatalf("scripts: %q, %v", all, err)
	}
	for _, script := range all {
		copyFile(t, script, filepath.Join(scripts, filepath.Base(script)), 0o644)
	}
	temp := filepath.Join(dir, "tmp")
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{dir, temp} {
		if err := os.Chown(d, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.CommandContext(t.Context(), binary, "-test.run=^TestRootless", "-test.v")
	c.Dir = dir
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + temp, "TMPDIR=" + temp, "LANG=C.UTF-8"}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}, Pdeathsig: unix.SIGKILL}
	out, err := c.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("as nobody: %v", err)
	}
}

func copyFile(t *testing.T, from, to string, mode os.FileMode) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, mode)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
