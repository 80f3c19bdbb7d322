package rootfs

import (
	"fmt"
	"path"
	"strings"

	"byhand/lab/process"
)

// systemPath is where programs are looked up. The caller's PATH may hold
// anything, a private build of ps or a wrapper in the home directory; these
// are the directories of the distribution and of the administrator.
const systemPath = process.DefaultPath

// toolList are the programs that a root made from the host holds, as far as
// the host has them.
const toolList = "sh bash cat ls cp mv rm mkdir ln touch chmod chown echo env" +
	" id whoami hostname uname date ps kill sleep true false yes mount umount" +
	" head tail wc tr sort grep sed find stat readlink df dd tty stty ip tar gzip less"

// required are the tools that the lessons can't do without, and the package
// that brings each, by Debian's name.
var required = []struct{ tool, pkg string }{
	{"sh", "dash"},
	{"cat", "coreutils"},
	{"ls", "coreutils"},
	{"sleep", "coreutils"},
	{"id", "coreutils"},
	{"mount", "mount"},
	{"hostname", "hostname"},
	{"ps", "procps"},
}

// tools returns the names of toolList.
func tools() []string { return strings.Fields(toolList) }

// lookup finds the program tool in systemPath.
func (t tree) lookup(tool string) (string, bool) {
	for dir := range strings.SplitSeq(systemPath, ":") {
		if name := path.Join(dir, tool); t.isProgram(name) {
			return name, true
		}
	}
	return "", false
}

// checkRequired returns an error that names each missing tool and what to
// install.
func (t tree) checkRequired() error {
	var missing, install []string
	for _, r := range required {
		if _, ok := t.lookup(r.tool); !ok {
			missing = append(missing, r.tool)
			install = append(install, r.pkg)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("no %s in %s: apt-get install %s",
		strings.Join(missing, ", "), systemPath, strings.Join(install, " "))
}

// Tools returns which of the tools of a root made from the host are in root,
// looked up as a process chrooted to it would, in the order of the list.
func Tools(root string) []string {
	var found []string
	for _, tool := range tools() {
		if _, ok := tree(root).lookup(tool); ok {
			found = append(found, tool)
		}
	}
	return found
}
