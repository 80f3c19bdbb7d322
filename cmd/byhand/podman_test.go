package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"byhand/lab/rootfs"
)

// podman is an engine that runs byhand as its runtime. All that it keeps lies in
// one directory, and what it mounts is seen by nobody else.
type podman struct {
	t    *testing.T
	dir  string
	env  []string
	base []string
}

func newPodman(t *testing.T) *podman {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("a runtime is started by root")
	}
	if _, err := exec.LookPath("podman"); err != nil {
		t.Skipf("Podman is not installed: %v", err)
	}
	dir := t.TempDir()
	runtime := filepath.Join(dir, ociName)
	// A link as a user makes it: under this name the test binary is byhand.
	binary, err := os.Executable()
	if err == nil {
		err = os.Symlink(binary, runtime)
	}
	if err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(dir, "containers.conf")
	// Podman's own limits are above what a machine may allow.
	text := "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\n[engine]\nevents_logger = \"file\"\n"
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sweepPodman)
	return &podman{t: t, dir: dir,
		env: append(os.Environ(), "CONTAINERS_CONF="+conf, "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin"),
		base: []string{
			"--root", filepath.Join(dir, "root"), "--runroot", filepath.Join(dir, "runroot"), "--tmpdir", filepath.Join(dir, "tmp"),
			"--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--runtime", runtime,
		},
	}
}

// sweepPodman removes the empty cgroups that Podman leaves behind.
func sweepPodman() {
	for _, pattern := range []string{"/sys/fs/cgroup/*/libpod_parent", "/sys/fs/cgroup/libpod_parent"} {
		groups, _ := filepath.Glob(pattern)
		for _, group := range groups {
			inner, _ := filepath.Glob(filepath.Join(group, "*", "cgroup.procs"))
			for _, procs := range inner {
				_ = os.Remove(filepath.Dir(procs)) // one that is used refuses
			}
			_ = os.Remove(group)
		}
	}
}

// script runs lines of a shell in which podman is this one. They share one mount
// namespace: the engine's mounts last from one command to the next.
func (p *podman) script(lines string) string {
	p.t.Helper()
	define := "podman() { command podman"
	for _, word := range p.base {
		define += fmt.Sprintf(" '%s'", word)
	}
	define += ` "$@"; }` + "\n"
	c := exec.CommandContext(p.t.Context(), "unshare", "--mount", "--propagation", "private", "bash", "-euc", define+lines)
	c.Env, c.Dir = p.env, p.dir
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	c.WaitDelay = 10 * time.Second
	if err := c.Run(); err != nil {
		p.t.Fatalf("%v\n%s%s", err, out.String(), errs.String())
	}
	return out.String()
}

// TestPodmanRunsOnByhand has a container's whole life led by an engine.
func TestPodmanRunsOnByhand(t *testing.T) {
	p := newPodman(t)
	root := filepath.Join(p.dir, "files")
	if err := rootfs.Build(t.Context(), rootfs.Source{Kind: rootfs.Host}, root, nil); err != nil {
		t.Fatal(err)
	}
	got := p.script(`
tar -C ` + root + ` -c . | podman import -q - box >/dev/null
podman run --rm --network none box sh -c 'echo $$; id -u; exit 5' || echo "status $?"
podman run -d --name web --network none -m 64m box sleep 1000 >/dev/null
podman exec web sh -c 'cat /proc/1/comm; cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max'
podman pause web >/dev/null
podman ps -a --format '{{.Status}}'
podman unpause web >/dev/null
podman rm -f -t 0 web >/dev/null
podman run --rm --network none box nosuch 2>/dev/null || echo "status $?"
podman run --rm -t --network none box sh -c 'test -t 0 && echo terminal'
podman ps -a -q
`)
	want := "1\n0\nstatus 5\nsleep\n67108864\nPaused\nstatus 127\nterminal\n"
	if got := strings.ReplaceAll(got, "\r", ""); got != want {
		t.Errorf("Podman printed\n%swant\n%s", got, want)
	}
}
