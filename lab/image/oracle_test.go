package image

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// fileFacts is everything that two equal trees agree on about one file, except
// the room it takes, which they agree on only roughly.
type fileFacts struct {
	mode, uid, gid uint32
	nlink          uint64
	group          string // the first name of the same file
	rdev           uint64
	size           int64
	mtime          string
	target         string
	content        [32]byte
	xattrs         string
	room           int64 // bytes on the disk
}

// oracle says how strictly trees are compared.
type oracle struct {
	unit   time.Duration     // what a time is cut to; 0 is a nanosecond
	skip   func(string) bool // names that are not looked at
	xattr  func(string) bool // attributes that are; nil is all
	owners func(uint32) uint32
}

// differences compares the tree got with the tree want and describes, in
// lines, what is not the same.
func (o oracle) differences(t testing.TB, got, want string) []string {
	t.Helper()
	g, w := o.tree(t, got), o.tree(t, want)
	all := maps.Clone(g)
	maps.Copy(all, w)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		a, okA := g[name]
		b, okB := w[name]
		if !okA || !okB {
			out = append(out, fmt.Sprintf("%q is there: %v; want %v", name, okA, okB))
			continue
		}
		// Holes may be found where there was room for zeros, and a block more
		// here or there; a hole that got filled is a difference.
		if a.room > b.room+b.room/8+64<<10 {
			out = append(out, fmt.Sprintf("%q takes %d bytes; want about %d", name, a.room, b.room))
		}
		a.room, b.room = 0, 0
		if a != b {
			out = append(out, fmt.Sprintf("%q\n got %+v\nwant %+v", name, a, b))
		}
	}
	return out
}

func (o oracle) tree(t testing.TB, dir string) map[string]fileFacts {
	t.Helper()
	out := map[string]fileFacts{}
	first := map[inode]string{}
	err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil || o.skip != nil && o.skip(rel) {
			return err
		}
		var st unix.Stat_t
		if err := unix.Lstat(name, &st); err != nil {
			return err
		}
		f := fileFacts{
			mode: st.Mode, uid: st.Uid, gid: st.Gid, xattrs: o.xattrsOf(t, name),
			mtime: time.Unix(st.Mtim.Sec, st.Mtim.Nsec).Truncate(cmp.Or(o.unit, 1)).UTC().String(),
		}
		if o.owners != nil {
			f.uid, f.gid = o.owners(f.uid), o.owners(f.gid)
		}
		if st.Mode&unix.S_IFMT != unix.S_IFDIR { // a directory's size and links are its file system's affair
			f.nlink = st.Nlink
			id := inode{st.Dev, st.Ino}
			if first[id] == "" {
				first[id] = rel
			}
			f.group = first[id]
		}
		switch st.Mode & unix.S_IFMT {
		case unix.S_IFREG:
			f.size, f.room = st.Size, st.Blocks*512
			f.content, err = contentOf(name)
		case unix.S_IFLNK:
			f.target, err = os.Readlink(name)
		case unix.S_IFCHR, unix.S_IFBLK:
			f.rdev = st.Rdev
		}
		out[rel] = f
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (o oracle) xattrsOf(t testing.TB, name string) string {
	t.Helper()
	buf := make([]byte, 128<<10)
	n, err := unix.Llistxattr(name, buf)
	if errors.Is(err, unix.ENOTSUP) {
		return ""
	}
	if err != nil {
		t.Fatalf("llistxattr %s: %v", name, err)
	}
	var out []string
	for _, key := range strings.Split(strings.TrimRight(string(buf[:n]), "\x00"), "\x00") {
		if key == "" || o.xattr != nil && !o.xattr(key) {
			continue
		}
		value := make([]byte, 64<<10)
		n, err := unix.Lgetxattr(name, key, value)
		if err != nil {
			t.Fatalf("lgetxattr %s %s: %v", name, key, err)
		}
		out = append(out, fmt.Sprintf("%q=%q", key, value[:n]))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// contentOf hashes each page that is not zero together with its place, so
// that holes of any size take no time and equal zeros.
func contentOf(name string) (sum [32]byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	buf := make([]byte, page)
	for pos := int64(0); ; pos += page {
		data, err := f.Seek(pos, unix.SEEK_DATA)
		if err != nil { // ENXIO: no more data
			break
		}
		pos = data &^ (page - 1)
		n, err := f.ReadAt(buf, pos)
		if err != nil && !errors.Is(err, io.EOF) {
			return sum, err
		}
		if n > 0 && !isZero(buf[:n]) {
			h.Write(binary.LittleEndian.AppendUint64(nil, uint64(pos)))
			h.Write(buf[:n])
		}
	}
	return [32]byte(h.Sum(nil)), nil
}

// TestOracle changes one property at a time: an oracle that sees nothing would
// approve of anything.
func TestOracle(t *testing.T) {
	overwrite := func(name string, b []byte, offset int64) error {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.WriteAt(b, offset)
		return err
	}
	tests := []struct {
		what, file string
		change     func(name string) error
		root       bool
	}{
		{what: "nothing", file: "", change: func(string) error { return nil }},
		{what: "mode", file: "empty", change: func(n string) error { return os.Chmod(n, 0o644) }},
		{what: "sticky", file: "etc", change: func(n string) error { return os.Chmod(n, 0o755|os.ModeSticky) }},
		{what: "time", file: "etc/one", change: func(n string) error {
			return unix.UtimesNanoAt(unix.AT_FDCWD, n, []unix.Timespec{{Sec: 5}, {Sec: 1_000_000_000, Nsec: 123_456_790}}, 0)
		}},
		{what: "gone", file: "empty", change: os.Remove},
		{what: "new", file: "new", change: func(n string) error { return os.Mkdir(n, 0o755) }},
		{what: "target", file: "climbing-link", change: func(n string) error {
			return cmp.Or(os.Remove(n), os.Symlink("../../nowhera", n))
		}},
		{what: "content", file: "bin/tool", change: func(n string) error { return overwrite(n, []byte("Not"), 0) }},
		{what: "content after a hole", file: "sparse", change: func(n string) error { return overwrite(n, []byte("I"), 3<<20) }},
		{what: "hole filled", file: "sparse", change: func(n string) error { return overwrite(n, make([]byte, 1<<20), 1<<20) }},
		{what: "link cut", file: "etc/two", change: func(n string) error {
			return cmp.Or(os.Remove(n), os.WriteFile(n, []byte("one\n"), 0o644))
		}},
		{what: "attribute", file: "bin/tool", change: func(n string) error { return unix.Setxattr(n, "user.x", []byte("y"), 0) }},
		{what: "owner", file: "empty", root: true, change: func(n string) error { return os.Chown(n, 5, os.Getgid()) }},
		{what: "group", file: "etc", root: true, change: func(n string) error { return os.Chown(n, os.Getuid(), 6) }},
		{what: "device", file: "null", root: true, change: func(n string) error {
			return cmp.Or(os.Remove(n), unix.Mknod(n, unix.S_IFCHR|0o666, int(unix.Mkdev(1, 5))), os.Chmod(n, 0o666))
		}},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			if tt.root && os.Geteuid() != 0 {
				t.Skip("this change needs root")
			}
			want, got := treeDir(t), treeDir(t)
			makeTree(t, want, false, true)
			if out, err := exec.Command("cp", "-a", want+"/.", got).CombinedOutput(); err != nil {
				t.Fatalf("cp -a: %v: %s", err, out)
			}
			name := filepath.Join(got, tt.file)
			before, errBefore := os.Lstat(name)
			if err := tt.change(name); err != nil {
				t.Fatal(err)
			}
			if after, err := os.Lstat(name); tt.what != "time" && errBefore == nil && err == nil && !after.ModTime().Equal(before.ModTime()) {
				when := unix.NsecToTimespec(before.ModTime().UnixNano())
				_ = unix.UtimesNanoAt(unix.AT_FDCWD, name, []unix.Timespec{when, when}, unix.AT_SYMLINK_NOFOLLOW)
			}
			d := oracle{}.differences(t, got, want)
			seen := slices.ContainsFunc(d, func(line string) bool { return strings.HasPrefix(line, fmt.Sprintf("%q", tt.file)) })
			if tt.file == "" && len(d) > 0 || tt.file != "" && !seen {
				t.Errorf("differences after a change of %s = %q; want it seen: %v", tt.file, d, tt.file != "")
			}
		})
	}
}

// treeDir is a temporary directory that can be removed even when it holds what
// makeTree makes.
func treeDir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(func() {
		_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				_ = os.Chmod(name, 0o700)
			}
			return nil
		})
	})
	return dir
}
