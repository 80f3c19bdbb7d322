package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A machine is what every byhand must leave as it found it.
type machine struct {
	// own tells that nobody else changes the mounts and the links.
	own    bool
	mounts []string
	links  []string
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
		m.own = true
	}
	m.mounts, m.links = mountsAndLinks(t)
	return m
}

// mountsAndLinks reads those of this thread's namespaces.
func mountsAndLinks(t *testing.T) (mounts, links []string) {
	t.Helper()
	text, err := os.ReadFile("/proc/thread-self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		mounts = append(mounts, string(bytes.TrimSpace(line)))
	}
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		links = append(links, fmt.Sprint(l.Name, " ", l.Flags))
	}
	return mounts, links
}

// left says what byhands with this home have left behind: mounts, network
// links, cgroups of the benches named, and files where benches lie.
func (m machine) left(t *testing.T, home string, benches ...string) (left []string) {
	t.Helper()
	mounts, links := mountsAndLinks(t)
	for _, line := range mounts {
		if !slices.Contains(m.mounts, line) && (m.own || strings.Contains(line, home)) {
			left = append(left, "mount "+line)
		}
	}
	for _, line := range m.mounts {
		if m.own && !slices.Contains(mounts, line) {
			left = append(left, "no longer mounted: "+line)
		}
	}
	if m.own && !slices.Equal(links, m.links) {
		left = append(left, fmt.Sprintf("network links %q, before %q", links, m.links))
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
