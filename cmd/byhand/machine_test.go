package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/snapshot"
	"byhand/lab/network"
)

// A machine is what every byhand must leave as it found it.
type machine struct {
	// own tells that nobody else changes the mounts and the network.
	own    bool
	before snapshot.Snapshot
}

// ownMachine gives the test's goroutine, and the commands that it starts, a
// mount and a network namespace to themselves, so that what others do at the
// same time is not taken for byhand's. An ordinary user may not make them, but
// can't change the machine's either, apart from what is mounted in the home.
func ownMachine(t *testing.T) machine {
	t.Helper()
	// Never unlocked: the thread ends with the goroutine, and with it the
	// namespaces and what may have been left in them.
	runtime.LockOSThread()
	var m machine
	if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_NEWNET); err == nil {
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			t.Fatalf("make the mounts private: %v", err)
		}
		// As on a machine, registries are served on it.
		if err := network.Loopback(nil); err != nil {
			t.Fatalf("set up the loopback device: %v", err)
		}
		m.own = true
	}
	m.before = m.look(t)
	return m
}

// look takes a snapshot of what is this thread's alone.
func (m machine) look(t *testing.T) snapshot.Snapshot {
	t.Helper()
	only := []string{"mounts"}
	if m.own {
		only = append(only, "network devices", "addresses", "routes", "firewall")
	}
	s, err := snapshot.Take(snapshot.Options{PID: unix.Gettid(), Only: only})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// left says what byhands with this home have left behind: mounts, what is of the
// network, cgroups of the benches named, and files where benches lie.
func (m machine) left(t *testing.T, home string, benches ...string) (left []string) {
	t.Helper()
	changes, err := snapshot.Compare(m.before, m.look(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if m.own || c.What == snapshot.Came && strings.Contains(c.String(), home) {
			left = append(left, fmt.Sprintf("of the %s %s: %s", c.Section, c.What, c))
		}
	}
	_ = filepath.WalkDir("/sys/fs/cgroup", func(path string, d os.DirEntry, err error) error {
		for _, bench := range benches {
			if err == nil && d.IsDir() && strings.Contains(d.Name(), filepath.Base(bench)) {
				left = append(left, "cgroup "+path)
			}
		}
		return nil
	})
	entries, err := os.ReadDir(filepath.Join(home, "bench"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		left = append(left, "file "+filepath.Join(home, "bench", e.Name()))
	}
	return left
}
