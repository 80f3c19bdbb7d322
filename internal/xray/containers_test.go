package xray

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/rerun"
)

// listed finds the container whose first process is pid.
func listed(t *testing.T, pid int) (Container, bool) {
	t.Helper()
	l, err := Containers(nil)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(l.Containers, func(c Container) bool { return c.PID == pid })
	if i < 0 {
		return Container{}, false
	}
	return l.Containers[i], true
}

func TestContainers(t *testing.T) {
	root(t)
	for _, test := range []struct {
		name  string
		attr  *syscall.SysProcAttr
		job   string
		want  bool
		apart string
	}{
		{"as any other", nil, "stand", false, ""},
		{"own mounts, as a service", &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS}, "stand", false, ""},
		{"own pids", &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID}, "stand", true, "pid"},
		{"own root", nil, "chroot " + t.TempDir(), true, "root"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, got := listed(t, stand(t, test.attr, test.job, nil))
			if got != test.want || got && (!slices.Contains(c.Apart, test.apart) || c.Processes != 1) {
				t.Errorf("Containers lists it: %v, %+v; want %v, own %q", got, c, test.want, test.apart)
			}
		})
	}
}

// TestMinders starts processes with the command lines of engines' own, each with
// a child in a namespace, and wants the child found by the container's ID and,
// where the engine keeps it, its name.
func TestMinders(t *testing.T) {
	root(t)
	id := strings.Repeat("5e", 30) + fmt.Sprintf("%04x", os.Getpid()&0xffff)
	name := fmt.Sprintf("web-%d", os.Getpid())
	store := t.TempDir()
	if err := os.MkdirAll(filepath.Join(store, "containers", id), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(store, "containers", id, "config.v2.json"), []byte(`{"Name":"/`+name+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	minder := filepath.Join(store, "minder")
	const script = "exec 3<&0\nunshare --pid --fork sh -c 'echo 0; cat <&3' &\nwait\n"
	if err := os.WriteFile(minder, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	sh := func(argv ...string) {
		c := exec.Command("/bin/sh", append([]string{minder}, argv[1:]...)...)
		c.Args[0] = argv[0]
		rerun.Start(t, c, nil)
	}
	t.Run("shim", func(t *testing.T) {
		sh("dockerd", "--data-root", store)
		sh("containerd-shim-runc-v2", "-namespace", "moby", "-id", id, "-address", "/run/containerd.sock")
		for _, word := range []string{id, id[:12], name} {
			pid, found, err := Find(word, nil)
			if err != nil || found == nil || found.Engine != "docker" || found.ID != id || found.Name != name {
				t.Errorf("Find(%q) = %d, %v, %v; want docker's %s, %s", word, pid, found, err, id, name)
			}
		}
	})
	t.Run("conmon", func(t *testing.T) {
		other := strings.Repeat("ab", 30) + fmt.Sprintf("%04x", os.Getpid()&0xffff)
		sh("conmon", "--api-version", "1", "-c", other, "-u", other, "-n", "pod-"+name)
		pid, found, err := Find("pod-"+name, nil)
		if err != nil || found == nil || found.Engine != "podman" || found.ID != other {
			t.Errorf("Find = %d, %v, %v; want podman's %s", pid, found, err, other)
		}
	})
}

func TestFind(t *testing.T) {
	if pid, _, err := Find(itoa(os.Getpid()), nil); pid != os.Getpid() || err != nil {
		t.Errorf("Find(ourselves) = %d, %v; want %d", pid, err, os.Getpid())
	}
	if _, _, err := Find("nobody-is-called-so", nil); !errors.Is(err, ErrNone) {
		t.Errorf("Find = %v; want ErrNone", err)
	}
	root(t)
	pid := stand(t, &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID}, "stand", nil)
	known := map[int]Identity{pid: {Engine: "byhand", ID: "0badcafe"}}
	if got, id, err := Find("0badc", known); got != pid || err != nil || id.Engine != "byhand" {
		t.Errorf("Find(0badc) = %d, %v, %v; want %d", got, id, err, pid)
	}
}

func TestIdentify(t *testing.T) {
	hex := strings.Repeat("0123456789abcdef", 4)
	for path, want := range map[string]string{
		"/docker/" + hex:                                                       "docker " + hex[:12],
		"/system.slice/docker-" + hex + ".scope":                               "docker " + hex[:12],
		"/machine.slice/libpod-" + hex + ".scope":                              "podman " + hex[:12],
		"/user.slice/user.slice/libpod-" + hex + ".scope/container":            "podman " + hex[:12],
		"/kubepods.slice/kubepods-pod1.slice/cri-containerd-" + hex + ".scope": "containerd " + hex[:12],
		"/kubepods.slice/crio-" + hex + ".scope":                               "cri-o " + hex[:12],
		"/kubepods/besteffort/pod1/" + hex:                                     "kubernetes " + hex[:12],
		"/lxc.payload.web":                                                     "lxc web",
		"/machine.slice/systemd-nspawn@web.service/payload":                    "systemd-nspawn web",
		"/a/byhand-00c0ffee01-outside":                                         "byhand 00c0ffee01",
		"/system.slice/docker.service":                                         "",
		"/user.slice/user-1000.slice/session-1.scope":                          "",
		"/": "",
	} {
		got, found := identify([]kernel.Membership{{Path: path}})
		if found != (want != "") || found && got.String() != want {
			t.Errorf("identify(%s) = %q, %v; want %q", path, got, found, want)
		}
	}
}

func TestOption(t *testing.T) {
	argv := []string{"shim", "-id", "a", "--root=/x", "--name", "-n", "bare", "id=b"}
	for name, want := range map[string]string{"id": "a", "root": "/x", "n": "bare", "bare": "", "nothing": ""} {
		if got := option(argv, name); got != want {
			t.Errorf("option(%q) = %q; want %q", name, got, want)
		}
	}
}
