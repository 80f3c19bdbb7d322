package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"byhand/lab/network"
	"byhand/lab/rootfs"
)

// TestManyContainers starts many containers at once, has each answer exec, and
// ends them all: 20, or as many as BYHAND_MANY says.
func TestManyContainers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: the containers have a network and cgroups")
	}
	n := 20
	if text := os.Getenv("BYHAND_MANY"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	root := filepath.Join(t.TempDir(), "root")
	if err := rootfs.Build(t.Context(), rootfs.Source{Kind: rootfs.Host}, root, nil); err != nil {
		t.Fatal(err)
	}
	e := engineToKill{home: t.TempDir(), root: root, marker: strconv.Itoa(1_000_000 + rand.IntN(1_000_000_000)), machine: ownMachine(t)}
	if err := network.Loopback(nil); err != nil {
		t.Fatal(err)
	}
	e.machine.before = e.machine.look(t)

	e.atOnce(t, "run", n, func(i int) ([]string, string) {
		return []string{"lab", "run", "-d", "--name", fmt.Sprint("box", i), "--rootfs", root, "sleep", e.marker}, ""
	})
	if got := len(e.programs()); got != n {
		t.Errorf("%d programs run; want %d", got, n)
	}
	if got := strings.Count(succeed(t, e.home, "lab", "ps", "-q"), "\n"); got != n {
		t.Errorf("ps lists %d; want %d", got, n)
	}
	addresses := map[string]bool{}
	for line := range strings.Lines(succeed(t, e.home, append([]string{"lab", "inspect", "-f", "{{.NetworkSettings.IPAddress}}"}, names(n)...)...)) {
		addresses[strings.TrimSpace(line)] = true
	}
	if len(addresses) != n || addresses[""] {
		t.Errorf("%d addresses; want one for each of %d", len(addresses), n)
	}
	e.atOnce(t, "exec", n, func(i int) ([]string, string) {
		return []string{"lab", "exec", fmt.Sprint("box", i), "sh", "-c", "echo $$ in $(hostname) " + fmt.Sprint(i)}, fmt.Sprint(" ", i, "\n")
	})
	e.atOnce(t, "rm", n, func(i int) ([]string, string) {
		return []string{"lab", "rm", "-f", fmt.Sprint("box", i)}, fmt.Sprint("box", i, "\n")
	})
	succeed(t, e.home, "clean")
	e.nothingLeft(t, -1)
}

func names(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprint("box", i))
	}
	return list
}

// atOnce runs n byhands at once, each of which must succeed, and say what it is
// to say at its end.
func (e engineToKill) atOnce(t *testing.T, verb string, n int, command func(i int) (args []string, says string)) {
	t.Helper()
	begun := time.Now()
	running := make([]*exec.Cmd, n)
	out := make([]bytes.Buffer, n)
	// From this goroutine, whose thread is in the namespaces of the test.
	for i := range n {
		args, _ := command(i)
		running[i] = byhand(t, e.home, args...)
		running[i].Stdout, running[i].Stderr = &out[i], &out[i]
		running[i].WaitDelay = 10 * time.Second
		if err := running[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range running {
		_, says := command(i)
		if err := c.Wait(); err != nil || !strings.HasSuffix(out[i].String(), says) {
			t.Errorf("%s of box%d = %v, %q; want success and %q", verb, i, err, out[i].String(), says)
		}
	}
	t.Logf("%s of %d at once: %v", verb, n, time.Since(begun).Round(time.Millisecond))
}
