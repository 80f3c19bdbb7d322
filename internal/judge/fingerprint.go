package judge

import (
	"fmt"
	"hash/fnv"
	"os"

	"byhand/internal/kernel"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
)

// files are those of a process that tell what was made of it, in /proc/PID.
var files = []string{"mountinfo", "cgroup", "uid_map", "gid_map"}

// Fingerprint is another number once what is judged has changed: by the
// processes that there are, by the one that stands, its namespaces, mounts,
// cgroups and host name, by the settings of its group, and by the files beside
// it. It is cheap: nothing is measured, and no process is started.
func Fingerprint(b *bench.Bench) uint64 {
	h := fnv.New64a()
	if b.Subject != nil {
		pid := b.Subject.PID
		all, _ := kernel.Namespaces(pid)
		root, _ := kernel.RootLink(pid)
		cwd, _ := kernel.CwdLink(pid)
		fmt.Fprintln(h, pid, all, root, cwd)
		for _, name := range files {
			text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
			fmt.Fprintf(h, "%s\n", text)
		}
		family, _ := kernel.Descendants(pid)
		for _, p := range family {
			fmt.Fprintln(h, p.PID, p.Name)
		}
		for _, dir := range []string{"", "/tmp", "/root"} {
			listing(h, fmt.Sprintf("/proc/%d/root%s", pid, dir))
		}
	}
	for _, dir := range []string{b.Dir, b.Root(), b.Path("copy")} {
		listing(h, dir)
	}
	settings(h, b)
	return h.Sum64()
}

// listing adds a directory's names, with sizes and times.
func listing(h interface{ Write([]byte) (int, error) }, dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			fmt.Fprintln(h, e.Name(), info.Size(), info.Mode(), info.ModTime().UnixNano())
		}
	}
}

// settings adds the limits of the groups that have the subject's name.
func settings(h interface{ Write([]byte) (int, error) }, b *bench.Bench) {
	for _, c := range []cgroup.Controller{cgroup.CPU, cgroup.Memory} {
		g, err := cgroup.New(b.GroupName(), c)
		if b.Subject != nil && b.Subject.PID != 0 {
			if own, ownErr := cgroup.Own(b.Subject.PID, c); ownErr == nil && own != nil {
				g, err = own, nil
			}
		}
		if err != nil {
			continue
		}
		quota, _ := g.CPULimit()
		memory, _ := g.MemoryLimit()
		shares, _ := g.CPUShares()
		pids, _ := g.Processes()
		fmt.Fprintln(h, g.Name, quota, memory, shares, pids)
	}
}
