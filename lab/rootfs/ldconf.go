package rootfs

import (
	"bufio"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// confDirs returns the directories that /etc/ld.so.conf adds to glibc's
// search. The loader itself never reads that file, only the cache which
// ldconfig(8) makes from it: without the cache, the directories don't count.
func (t tree) confDirs() []string {
	if _, err := t.resolve("/etc/ld.so.cache"); err != nil {
		return nil
	}
	return t.readConf("/etc/ld.so.conf", map[string]bool{})
}

// readConf reads one file of the form described in ldconfig(8): a directory a
// line, and "include" with patterns of more such files. What can't be read is
// passed over, as ldconfig does. seen ends the loop of a file that includes
// itself.
func (t tree) readConf(name string, seen map[string]bool) []string {
	file, err := t.resolve(name)
	if err != nil || seen[file] {
		return nil
	}
	seen[file] = true
	f, err := os.Open(t.on(file))
	if err != nil {
		return nil
	}
	defer f.Close()
	var dirs []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t,:", r) })
		if len(fields) == 0 || fields[0] == "hwcap" {
			continue
		}
		if fields[0] != "include" {
			for _, dir := range fields {
				if path.IsAbs(dir) {
					dirs = append(dirs, path.Clean(dir))
				}
			}
			continue
		}
		for _, pattern := range fields[1:] {
			for _, included := range t.glob(name, pattern) {
				dirs = append(dirs, t.readConf(included, seen)...)
			}
		}
	}
	return dirs
}

// glob returns the names in t that match pattern, which is relative to the
// file that includes it. They come sorted.
func (t tree) glob(file, pattern string) []string {
	if !path.IsAbs(pattern) {
		pattern = path.Join(path.Dir(file), pattern)
	}
	dir, err := t.resolve(path.Dir(pattern))
	if err != nil {
		return nil
	}
	found, err := filepath.Glob(t.on(path.Join(dir, path.Base(pattern))))
	if err != nil {
		return nil
	}
	var names []string
	for _, f := range found {
		names = append(names, path.Join(dir, filepath.Base(f)))
	}
	return names
}

// muslDirs returns the directories that musl's loader searches last. interp
// is the loader, /lib/ld-musl-ARCH.so.1; its list is /etc/ld-musl-ARCH.path.
// There is no cache.
func (t tree) muslDirs(interp string) []string {
	name := strings.TrimSuffix(path.Base(interp), ".so.1") + ".path"
	prefix := path.Dir(path.Dir(interp)) // musl may be installed below a prefix
	if file, err := t.resolve(path.Join(prefix, "etc", name)); err == nil {
		if list, err := os.ReadFile(t.on(file)); err == nil {
			return strings.FieldsFunc(string(list), func(r rune) bool { return r == '\n' || r == ':' })
		}
	}
	return []string{"/lib", "/usr/local/lib", "/usr/lib"}
}
