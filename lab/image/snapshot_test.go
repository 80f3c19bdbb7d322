package image

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// snapshot describes every file beneath dir, one line each: what it is, mode,
// owner, links, size or device, time cut to unit, extended attributes, content.
func snapshot(t *testing.T, dir string, unit time.Duration) []string {
	t.Helper()
	var lines []string
	err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		var st unix.Stat_t
		if err := unix.Lstat(name, &st); err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		when := time.Unix(st.Mtim.Sec, st.Mtim.Nsec).Truncate(unit).UTC().Format(time.RFC3339Nano)
		line := fmt.Sprintf("%s mode=%o owner=%d:%d time=%s", rel, st.Mode, st.Uid, st.Gid, when)
		switch st.Mode & unix.S_IFMT {
		case unix.S_IFREG:
			content, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" links=%d size=%d sha=%x xattrs=%s", st.Nlink, st.Size, sha256.Sum256(content), userXattrs(name))
		case unix.S_IFLNK:
			to, err := os.Readlink(name)
			if err != nil {
				return err
			}
			line += " to=" + to
		case unix.S_IFCHR, unix.S_IFBLK:
			line += fmt.Sprintf(" device=%d:%d", unix.Major(st.Rdev), unix.Minor(st.Rdev))
		}
		lines = append(lines, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// userXattrs lists the attributes user.* of a file with their values.
func userXattrs(name string) string {
	buf := make([]byte, 4096)
	n, err := unix.Llistxattr(name, buf)
	if err != nil {
		return ""
	}
	var out []string
	for key := range strings.SplitSeq(strings.TrimRight(string(buf[:n]), "\x00"), "\x00") {
		if !strings.HasPrefix(key, "user.") {
			continue
		}
		value := make([]byte, 4096)
		n, err := unix.Lgetxattr(name, key, value)
		if err != nil {
			n = 0
		}
		out = append(out, fmt.Sprintf("%s=%q", key, value[:n]))
	}
	slices.Sort(out)
	return strings.Join(out, ",")
}

// diff lists the lines that only one of the snapshots has.
func diff(got, want []string) []string {
	var out []string
	for _, line := range got {
		if !slices.Contains(want, line) {
			out = append(out, "got  "+line)
		}
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			out = append(out, "want "+line)
		}
	}
	return out
}
