package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"byhand/lab/network"
	"byhand/lab/rootfs"
	"byhand/lab/rows"
	"byhand/lab/state"
)

// TestEngineKilled kills a verb's own process, the container's monitor and its
// first process at moments drawn from the verb's whole run. Then ps must tell the
// truth within two seconds, and rm -f and clean must leave nothing.
func TestEngineKilled(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: the containers have a network and cgroups")
	}
	t.Parallel()
	root := hostsRoot(t)
	n := 4
	if testing.Short() {
		n = 1
	}
	moments := rand.New(rand.NewPCG(3, 4))
	for _, verb := range []string{"run", "start", "exec", "stop", "rm"} {
		for _, victim := range []string{"byhand", "monitor", "init"} {
			for range n {
				at := moments.Float64()
				t.Run(fmt.Sprintf("%s/%s/%.2f", verb, victim, at), func(t *testing.T) {
					newEngineToKill(t, root).strike(t, verb, victim, at)
				})
			}
		}
	}
}

// An engineToKill is one of its own, with one container.
type engineToKill struct {
	home, root string
	// marker is an argument of the container's program, by which that is found.
	marker  string
	machine machine
}

// newEngineToKill is one with a home of its own. What of the machine it may change
// is remembered as it is.
func newEngineToKill(t *testing.T, root string) engineToKill {
	t.Helper()
	e := engineToKill{home: t.TempDir(), root: root, marker: strconv.Itoa(1_000_000 + rand.IntN(1_000_000_000)), machine: ownMachine(t)}
	if err := network.Loopback(nil); err != nil {
		t.Fatal(err)
	}
	e.machine.before = e.machine.look(t)
	return e
}

// hostsRoot is a root of this machine's own programs.
func hostsRoot(t testing.TB) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "root")
	if err := rootfs.Build(t.Context(), rootfs.Source{Kind: rootfs.Host}, root, nil); err != nil {
		t.Fatal(err)
	}
	return root
}

// options are those of run and create for the container.
func (e engineToKill) options(more ...string) []string {
	return append(more, "--name", "box", "-p", "8080:80", "--memory", "100m", "--rootfs", e.root, "sleep", e.marker)
}

// command brings the container to where the verb finds it, and is the verb.
func (e engineToKill) command(t *testing.T, verb string) []string {
	t.Helper()
	switch verb {
	case "run":
		return append([]string{"lab", "run", "-d"}, e.options()...)
	case "start":
		succeed(t, e.home, append([]string{"lab", "create"}, e.options()...)...)
		return []string{"lab", "start", "box"}
	}
	succeed(t, e.home, append([]string{"lab", "run", "-d"}, e.options()...)...)
	return map[string][]string{
		"exec": {"lab", "exec", "box", "sh", "-c", "sleep .1"},
		"stop": {"lab", "stop", "-t", "0", "box"},
		"rm":   {"lab", "rm", "-f", "box"},
	}[verb]
}

// usual is about how long a verb runs.
const usual = 150 * time.Millisecond

func (e engineToKill) strike(t *testing.T, verb, victim string, at float64) {
	c := byhand(t, e.home, e.command(t, verb)...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	moment := time.Now().Add(time.Duration(at * float64(usual)))
	pid := 0
	for deadline := time.Now().Add(2 * time.Second); pid == 0 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		switch victim {
		case "byhand":
			pid = c.Process.Pid
		case "monitor":
			pid = e.monitor()
		case "init":
			pid = child(e.monitor())
		}
	}
	if wait := time.Until(moment); wait > 0 {
		time.Sleep(wait)
	}
	if pid != 0 { // there may be none any more
		_ = unix.Kill(pid, unix.SIGKILL)
	}
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		_ = c.Process.Kill()
		t.Fatalf("%s does not end after the %s was killed", verb, victim)
	}
	e.truthful(t)
	_ = byhand(t, e.home, "lab", "rm", "-f", "box").Run() // it may be gone
	succeed(t, e.home, "clean")
	e.nothingLeft(t, c.Process.Pid)
}

// monitor finds the monitor of the container.
func (e engineToKill) monitor() int {
	for pid := range processes(e.home, -1) {
		env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		if err == nil && strings.Contains("\x00"+string(env), "\x00BYHAND_STAGE=monitor\x00") {
			return pid
		}
	}
	return 0
}

// child is the first child of a process, or 0.
func child(pid int) int {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		if fields := strings.Fields(string(text)); len(fields) > 0 {
			pid, _ := strconv.Atoi(fields[0])
			return pid
		}
	}
	return 0
}

// programs lists the processes that run the container's program.
func (e engineToKill) programs() []int {
	var found []int
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		if string(text) == "sleep\x00"+e.marker+"\x00" {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			found = append(found, pid)
		}
	}
	return found
}

// truthful wants ps to agree with the kernel, within two seconds.
func (e engineToKill) truthful(t *testing.T) {
	t.Helper()
	var why string
	for deadline := time.Now().Add(2 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		out, err := byhand(t, e.home, "lab", "ps", "-a", "--json").Output()
		if err != nil {
			t.Fatalf("ps = %v", err)
		}
		var list []rows.Details
		if err := json.Unmarshal(out, &list); err != nil {
			t.Fatalf("ps wrote %s: %v", out, err)
		}
		running := []int{}
		for _, d := range list {
			if d.State.Running {
				running = append(running, d.State.Pid)
			}
		}
		programs := e.programs()
		if slices.Equal(running, programs) || len(running) == 0 && len(programs) == 0 {
			return
		}
		why = fmt.Sprintf("ps says that these run: %v; the kernel has %v\n%s", running, programs, out)
	}
	t.Error(why)
}

// nothingLeft wants what the engine had made to be gone from the kernel and the disk.
func (e engineToKill) nothingLeft(t *testing.T, session int) {
	t.Helper()
	noProcesses(t, e.home, session)
	if left := e.programs(); len(left) > 0 {
		t.Errorf("left behind: processes %v", left)
	}
	for _, what := range e.machine.left(t, e.home) {
		t.Errorf("left behind: %s", what)
	}
	lab := filepath.Join(e.home, "lab")
	prefix := state.Store{Dir: lab}.Group()
	_ = filepath.WalkDir("/sys/fs/cgroup", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasPrefix(d.Name(), prefix) {
			t.Errorf("left behind: cgroup %s", path)
		}
		return nil
	})
	for _, dir := range []string{"containers", "names", "trash"} {
		entries, _ := os.ReadDir(filepath.Join(lab, dir))
		for _, entry := range entries {
			t.Errorf("left behind: %s", filepath.Join(lab, dir, entry.Name()))
		}
	}
	l, err := net.Listen("tcp4", "127.0.0.1:8080")
	if err != nil {
		t.Errorf("the published port is still taken: %v", err)
		return
	}
	_ = l.Close()
}
