package doctor

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// tool is a program and the Debian package that has it.
type tool struct {
	name, pkg string
	// required is true where the lessons' printed commands call it.
	required bool
}

// toolList lists the programs worth having.
func toolList() []tool {
	return []tool{
		{"bash", "bash", true},
		{"unshare", "util-linux", true},
		{"chroot", "coreutils", true},
		{"mount", "mount", true},
		{"nsenter", "util-linux", true},
		{"ps", "procps", true},
		{"ldd", "libc-bin", true},
		{"debootstrap", "debootstrap", false},
		{"strace", "strace", false},
	}
}

// install is the command that installs a Debian package.
func install(pkg string) string { return "sudo apt-get install " + pkg }

// finding looks the program up as a shell would.
func (t tool) finding() Finding {
	f := Finding{What: "tool " + t.name, Required: t.required}
	if path, err := exec.LookPath(t.name); err == nil {
		f.OK, f.Got = true, path
		return f
	}
	if path := find(t.name); path != "" {
		f.Got = path + ", which is not in PATH"
		f.Mend = `export PATH="$PATH:` + filepath.Dir(path) + `"`
		return f
	}
	f.Got, f.Mend = "not found in PATH", install(t.pkg)
	return f
}

// tools examines every program.
func tools() []Finding {
	var all []Finding
	for _, t := range toolList() {
		all = append(all, t.finding())
	}
	return all
}

// examineBash answers for Bash.
func examineBash(context.Context) Finding {
	return tool{name: "bash", pkg: "bash"}.finding()
}

// examineTools answers for Tools: every required program at once.
func examineTools(context.Context) Finding {
	var got, lacking, mends []string
	for _, f := range tools() {
		switch {
		case f.OK:
			got = append(got, f.Got)
		case f.Required:
			lacking = append(lacking, strings.TrimPrefix(f.What, "tool ")+": "+f.Got)
			if !slices.Contains(mends, f.Mend) {
				mends = append(mends, f.Mend)
			}
		}
	}
	if lacking != nil {
		return Finding{Got: strings.Join(lacking, "; "), Mend: strings.Join(mends, " && ")}
	}
	return Finding{OK: true, Got: strings.Join(got, " ")}
}
