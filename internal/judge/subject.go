package judge

import (
	"os"
	"path/filepath"
	"strings"

	"byhand/internal/kernel"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
)

// Asked is what a person named for the judgement; all may be left out.
type Asked struct {
	// PID is the process to judge.
	PID int
	// Tar is an archive, and Root the directory that it was made of.
	Tar, Root string
}

// Found is what is judged, and why that.
type Found struct {
	// Bench is the view of it.
	Bench *bench.Bench `json:"-"`
	// Process is the one judged; PID 0 where none was found.
	Process Candidate `json:"process"`
	// Why says what it was chosen for.
	Why string `json:"why"`
	// Others are those that might have been meant instead.
	Others []Candidate `json:"others,omitempty"`
	// Group is a cgroup chosen by its limit, since it holds no process, or empty.
	Group string `json:"cgroup,omitempty"`
	// Lab is the directory in which the rest is looked for.
	Lab string `json:"lab"`
}

// Find looks for what a person made, by what was named and by the kernel.
func Find(asked Asked) (Found, error) {
	f := Found{Why: "it was named"}
	var err error
	if asked.PID != 0 {
		if f.Process, err = Examine(asked.PID); err != nil {
			return f, err
		}
	} else {
		all, err := Candidates()
		if err != nil {
			return f, err
		}
		if f.Why = ""; len(all) > 0 {
			f.Process, f.Others, f.Why = all[0], all[1:], all[0].Why()
		}
	}
	f.Lab = labOf(f.Process)
	s := bench.Subject{PID: f.Process.PID, Paths: paths(f.Process, f.Lab, asked), Group: limitedGroup(f.Process.PID)}
	f.Group = s.Group
	f.Bench = bench.View("", f.Lab, s)
	return f, nil
}

// paths says where the process's root and what was named lie.
func paths(c Candidate, lab string, asked Asked) map[string]string {
	at := map[string]string{}
	// In the last step of image-export the root is the copy, beside the first.
	copied := filepath.Base(c.Root) == "copy" && filepath.Dir(c.Root) == lab
	switch {
	case asked.Root != "":
		at["rootfs"] = asked.Root
		copied = c.Root != "" && !sameFile(c.Root, asked.Root)
	case c.Root != "" && !copied:
		at["rootfs"] = c.Root
	}
	if copied {
		at["copy"] = c.Root
	}
	if asked.Tar != "" {
		at["root.tar"] = asked.Tar
	}
	return at
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// labOf is the directory that the lesson's commands call LAB: what the process
// or one of those that it comes from has in its environment, or where its root is.
func labOf(c Candidate) string {
	root := c.Root
	// Of a pile of layers we see only what it was mounted at.
	if link, err := kernel.RootLink(c.PID); err == nil && link != "/" && strings.HasPrefix(root, "/proc/") {
		root = link
	}
	at, err := kernel.ReadStat(c.PID)
	for ; err == nil && at.PID > 1; at, err = kernel.ReadStat(at.Parent) {
		env, err := kernel.Environ(at.PID)
		if err != nil {
			break
		}
		for _, variable := range env {
			lab, named := strings.CutPrefix(variable, "LAB=")
			if named && (root == "" || filepath.Dir(root) == lab) {
				return lab
			}
		}
	}
	if root != "" && !strings.HasPrefix(root, "/proc/") {
		return filepath.Dir(root)
	}
	if lab := os.Getenv("LAB"); lab != "" {
		return lab
	}
	return "/tmp"
}

// limitedGroup is, where the process is in no group of its own, the latest
// that has a limit and holds nobody; or empty.
func limitedGroup(pid int) string {
	for _, c := range []cgroup.Controller{cgroup.CPU, cgroup.Memory} {
		if pid != 0 {
			if own, err := cgroup.Own(pid, c); err == nil && own != nil {
				return ""
			}
		}
	}
	for _, c := range []cgroup.Controller{cgroup.CPU, cgroup.Memory} {
		if groups, err := cgroup.Limited(c); err == nil && len(groups) > 0 {
			return groups[len(groups)-1].Name
		}
	}
	return ""
}
