package rootfs

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// tree is a directory seen as if it were "/". Names inside it are absolute;
// the machine's own tree is tree("/").
type tree string

// maxLinks is how many symbolic links the kernel follows in one name before
// it gives up with ELOOP, see path_resolution(7).
const maxLinks = 40

// on returns where name, of which no part may be a link, lies on the machine.
func (t tree) on(name string) string { return filepath.Join(string(t), name) }

// follow resolves name as a process chrooted to t would, and returns the file
// in the end, whose own name holds no link any more, and the links passed on
// the way, each under a directory whose name holds none either. An absolute
// target starts again at the top of t, and ".." stops there.
func (t tree) follow(name string) (file string, links []string, err error) {
	at, rest := "/", strings.Split(name, "/")
	for len(rest) > 0 {
		next := path.Join(at, rest[0])
		rest = rest[1:]
		if next == at {
			continue // an empty part, or "."
		}
		info, err := os.Lstat(t.on(next))
		if err != nil {
			return "", links, err
		}
		if info.Mode()&os.ModeSymlink == 0 {
			at = next
			continue
		}
		if links = append(links, next); len(links) > maxLinks {
			return "", links, fmt.Errorf("resolve %s: too many symbolic links", name)
		}
		target, err := os.Readlink(t.on(next))
		if err != nil {
			return "", links, err
		}
		if path.IsAbs(target) {
			at = "/"
		}
		rest = append(strings.Split(target, "/"), rest...)
	}
	return at, links, nil
}

// resolve is follow for those who need no links.
func (t tree) resolve(name string) (string, error) {
	file, _, err := t.follow(name)
	return file, err
}

// isProgram tells whether name leads to a file that may be executed.
func (t tree) isProgram(name string) bool {
	file, err := t.resolve(name)
	if err != nil {
		return false
	}
	info, err := os.Lstat(t.on(file))
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
