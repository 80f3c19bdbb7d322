package rootfs

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// emptyDirs are the directories that a root needs though nothing is in them:
// places to mount on and to write to.
var emptyDirs = []string{"dev", "etc", "mnt", "proc", "root", "run", "sys", "tmp", "usr", "var/tmp"}

// etcFiles are the files that are written and not copied: the machine's own
// passwd would name users who are nobody's business inside.
var etcFiles = []struct{ name, content string }{
	{"passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"},
	{"group", "root:x:0:\nnobody:x:65534:\n"},
	{"profile", "PS1=\"container# \"\n"},
}

// A terminal's description tells programs such as less how to move its
// cursor, see terminfo(5).
var (
	terminfoDirs = []string{"/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo"}
	terminals    = []string{"dumb", "linux", "vt100", "screen", "tmux", "xterm"} // and each with "-256color"
)

// extraFiles are patterns of files that are copied where they exist: what the
// system is called, and where the loader finds libraries outside its default
// directories.
var extraFiles = []string{
	"/etc/os-release", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d/*", "/etc/ld-musl-*.path",
}

// addEtc makes the directories and files around the programs.
func addEtc(c *copier) error {
	for _, dir := range emptyDirs {
		if err := c.mkdir("/" + dir); err != nil {
			return err
		}
	}
	// Everybody writes to a tmp; the sticky bit (01000) keeps them from
	// removing each other's files.
	for dir, mode := range map[string]fs.FileMode{"/root": 0o700, "/tmp": 0o777 | fs.ModeSticky, "/var/tmp": 0o777 | fs.ModeSticky} {
		if err := mkdir(c.to.on(dir), mode); err != nil {
			return err
		}
	}
	patterns := slices.Clone(extraFiles)
	for _, dir := range terminfoDirs {
		for _, terminal := range terminals {
			name := dir + "/?/" + terminal
			patterns = append(patterns, name, name+"-256color")
		}
	}
	for _, pattern := range patterns {
		if err := c.putAll(pattern); err != nil {
			return err
		}
	}
	for _, f := range etcFiles {
		if err := writeFile(c.to.on("/etc/"+f.name), f.content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// putAll copies the files that match pattern, if any. A link that leads
// nowhere is passed over.
func (c *copier) putAll(pattern string) error {
	found, err := filepath.Glob(c.from.on(pattern))
	if err != nil {
		return err
	}
	for _, name := range found {
		name = "/" + strings.TrimPrefix(strings.TrimPrefix(name, string(c.from)), "/")
		if err := c.put(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
