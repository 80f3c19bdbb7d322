package lessontest

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/bench"
)

// A world is what can be seen of the machine by who runs the tests. The tests
// of other packages run at the same time, so it holds only what is theirs alone
// to change: their processes and their mounts.
type world struct {
	// processes are those descended from the test, by pid and starting time.
	processes map[int]uint64
	// mounts are the lines of mountinfo.
	mounts []kernel.Mount
}

func census() world {
	w := world{processes: map[int]uint64{}}
	pids, _ := kernel.PIDs()
	ours := map[int]bool{os.Getpid(): true}
	for grown := true; grown; {
		grown = false
		for _, pid := range pids {
			if ours[pid] || !ours[parent(pid)] {
				continue
			}
			ours[pid], grown = true, true
			if start, err := kernel.StartTime(pid); err == nil && kernel.Alive(pid, start) {
				w.processes[pid] = start
			}
		}
	}
	w.mounts, _ = kernel.Mounts(0)
	return w
}

func parent(pid int) int {
	text, _ := kernel.StatusField(pid, "PPid")
	n, _ := strconv.Atoi(text)
	return n
}

// namespacesOf returns the namespaces, other than our own, that the processes
// born since are in.
func namespacesOf(before world) []string {
	var found []string
	for pid := range census().processes {
		if _, old := before.processes[pid]; old {
			continue
		}
		for _, link := range namespaceLinks(pid) {
			if !slices.Contains(namespaceLinks(os.Getpid()), link) && !slices.Contains(found, link) {
				found = append(found, link)
			}
		}
	}
	return found
}

func namespaceLinks(pid int) []string {
	paths, _ := filepath.Glob(fmt.Sprintf("/proc/%d/ns/*", pid))
	var links []string
	for _, path := range paths {
		if link, err := os.Readlink(path); err == nil {
			links = append(links, link)
		}
	}
	return links
}

// remains says what is left of a bench that was destroyed.
func remains(b *bench.Bench, before world, namespaces []string) (left []string) {
	note := func(what string, args ...any) { left = append(left, fmt.Sprintf(what, args...)) }
	after := census()
	for pid, start := range after.processes {
		if before.processes[pid] != start {
			command, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
			note("process %d: %q", pid, command)
		}
	}
	reap()
	for _, m := range after.mounts {
		if !slices.Contains(before.mounts, m) && (os.Geteuid() == 0 || within(m.Target, b.Dir)) {
			note("mount %+v", m)
		}
	}
	fds, _ := filepath.Glob("/proc/self/fd/*")
	for _, fd := range fds {
		target, err := os.Readlink(fd)
		if err == nil && within(target, b.Dir) {
			note("descriptor of our own: %s -> %s", fd, target)
		}
		// Without processes and mounts, only a descriptor keeps a namespace.
		if err == nil && slices.Contains(namespaces, target) {
			note("namespace %s, by %s", target, fd)
		}
	}
	links, _ := net.Interfaces()
	for _, l := range links {
		if strings.Contains(l.Name, b.ID) {
			note("network device %s", l.Name)
		}
	}
	backings, _ := filepath.Glob("/sys/block/loop*/loop/backing_file")
	for _, path := range backings {
		if file, err := os.ReadFile(path); err == nil && within(strings.TrimSpace(string(file)), b.Dir) {
			note("loop device %s", path)
		}
	}
	_ = filepath.WalkDir("/sys/fs/cgroup", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.Contains(d.Name(), b.ID) {
			note("cgroup %s", path)
		}
		return nil
	})
	if _, err := os.Lstat(b.Dir); err == nil {
		note("directory %s", b.Dir)
	}
	return left
}

func within(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

// reap forgets the processes that became ours and have ended.
func reap() {
	for {
		pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
		if err != nil || pid <= 0 {
			return
		}
	}
}
