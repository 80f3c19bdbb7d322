package image

import (
	"bytes"
	"encoding/binary"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// makeWildTree fills dir with makeTree's files and with what only PAX can
// hold, as far as this user may make it. It returns the names that are sockets.
func makeWildTree(t testing.TB, dir string) (sockets []string) {
	t.Helper()
	makeTree(t, dir, false, true)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, content string) {
		t.Helper()
		must(os.MkdirAll(filepath.Dir(in(name)), 0o755))
		must(os.WriteFile(in(name), []byte(content), 0o644))
	}

	// Names: of any bytes, at each limit of the fields, like options.
	write("names/\xff\xfe not UTF-8", "bytes")
	write("names/\xc3\xbc is UTF-8", "text")
	must(os.Symlink("\xff target", in("names/link to bytes")))
	must(os.Symlink(strings.Repeat("ü", 60), in("names/link to text")))
	must(os.Link(in("names/\xff\xfe not UTF-8"), in("names/z hard link to bytes")))
	for _, n := range []int{92, 93, 94, 95, 96, 250} { // "names/" makes six more
		write("names/"+strings.Repeat("n", n), "long")
	}
	write("names/-rf", "option?")
	write("names/.wh.not-a-whiteout", "kept")
	write(`names/back\slash and "quotes"`, "x")
	must(os.MkdirAll(in("names/"+strings.Repeat("d", 93)), 0o755))
	must(os.MkdirAll(in("names/"+strings.Repeat("d", 94)), 0o755))

	// Links to all kinds of files.
	must(os.Link(in("climbing-link"), in("links-symlink")))
	must(os.Link(in("fifo"), in("links-fifo")))
	must(os.Link(in("sparse"), in("sparse-again")))
	must(os.Link(in("sparse"), in("sparse-third")))

	// Sparse files: hole first, hole last, nothing but a hole, islands of a
	// page, beyond 8 GB.
	sparse := func(name string, size int64, islands ...int64) {
		t.Helper()
		write(name, "")
		f, err := os.OpenFile(in(name), os.O_WRONLY, 0)
		must(err)
		defer f.Close()
		must(f.Truncate(size))
		for _, at := range islands {
			_, err := f.WriteAt([]byte("island at "+name), at)
			must(err)
		}
	}
	sparse("holes/first", 1<<20, 1<<20-20)
	sparse("holes/last", 1<<20+1, 0)
	sparse("holes/only", 1<<20+7)
	sparse("holes/many", 10<<20, 5, 1<<20, 1<<20+8192, 3<<20, 5<<20-3, 6<<20, 7<<20, 9<<20)
	sparse("holes/\xffbytes "+strings.Repeat("n", 100), 1<<20, 5)
	sparse("holes/9G", 9<<30, 0, 4<<30, 8<<30+4096, 9<<30-100)

	// Times: before 1970, whole and not, and past what a field holds.
	for i, when := range []unix.Timespec{{Sec: -2, Nsec: 5e8}, {Sec: -1, Nsec: 1}, {Sec: -5}, {Sec: 0}, {Sec: 1 << 33, Nsec: 999_999_999}, {Sec: 1<<33 - 1}} {
		name := "times/" + string(rune('a'+i))
		write(name, "t")
		must(unix.UtimesNanoAt(unix.AT_FDCWD, in(name), []unix.Timespec{when, when}, 0))
	}

	// Attributes with names and values of any bytes, and access control lists.
	write("xattrs/file", "x")
	for key, value := range map[string]string{
		"user.a=b": "equals", "user.100%25": "percent", "user.lines": "a\nb\x00c\n", "user.empty": "", "user.large": strings.Repeat("v", 3000),
	} {
		must(unix.Setxattr(in("xattrs/file"), key, []byte(value), 0))
	}
	must(unix.Setxattr(in("xattrs"), "user.dir", []byte("of a directory"), 0))
	me := uint32(os.Getuid())
	access := acl{{0x01, 6, aclNoID}, {0x02, 4, 3_000_000}, {0x02, 5, me}, {0x04, 4, aclNoID}, {0x08, 1, 77}, {0x10, 7, aclNoID}, {0x20, 0, aclNoID}}
	must(unix.Setxattr(in("xattrs/file"), xattrACL, []byte(access.encode()), 0))
	must(os.MkdirAll(in("xattrs/inherit"), 0o755))
	must(unix.Setxattr(in("xattrs/inherit"), xattrDefaultACL, []byte(access.encode()), 0))

	socket, err := net.ListenUnix("unix", &net.UnixAddr{Name: shortPath(t, dir) + "/socket", Net: "unix"})
	must(err)
	socket.SetUnlinkOnClose(false)
	must(socket.Close())

	if os.Geteuid() == 0 && os.Lchown(in("climbing-link"), 12, 34) == nil {
		write("owners/large", "x")
		must(os.Chown(in("owners/large"), 3_000_000, 4_294_967_294))
		write("owners/capable", "x")
		must(os.Chown(in("owners/capable"), 7, 8))
		must(unix.Setxattr(in("owners/capable"), xattrCapability, capability(0x02000001, 1<<10), 0))
		must(unix.Setxattr(in("owners/large"), "trusted.note", []byte("root only"), 0))
		must(unix.Lsetxattr(in("climbing-link"), "trusted.note", []byte("of a link"), 0))
		if err := unix.Mknod(in("owners/disk"), unix.S_IFBLK|0o660, int(unix.Mkdev(259, 1_000_000))); err != nil {
			t.Logf("mknod: %v", err)
		}
	}
	// What the calls above changed.
	for _, name := range []string{"names", "holes", "times", "xattrs", ".", "owners"} {
		_ = os.Chtimes(in(name), time.Time{}, time.Unix(1_234_567_890, 987_654_321))
	}
	return []string{"socket"}
}

// capability makes a value of security.capability: struct vfs_cap_data, with
// a root's number vfs_ns_cap_data.
func capability(magic, permitted uint32, root ...uint32) []byte {
	b := binary.LittleEndian.AppendUint32(nil, magic)
	b = binary.LittleEndian.AppendUint32(b, permitted)
	b = append(b, make([]byte, 12)...)
	for _, r := range root {
		b = binary.LittleEndian.AppendUint32(b, r)
	}
	return b
}

// shortPath is a link to dir: a socket's path has room for 108 bytes only.
func shortPath(t testing.TB, dir string) string {
	t.Helper()
	short, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(short) })
	if err := os.Symlink(dir, short+"/l"); err != nil {
		t.Fatal(err)
	}
	return short + "/l"
}

// exported calls Export and returns the archive and what was skipped.
func exported(t testing.TB, dir string, opts ExportOptions) ([]byte, Summary, []string) {
	t.Helper()
	var skipped []string
	opts.Skipped = func(name, why string) { skipped = append(skipped, name+": "+why) }
	var buf bytes.Buffer
	sum, err := Export(t.Context(), &buf, dir, opts)
	if err != nil {
		t.Fatalf("Export(%s) = %v; want success", dir, err)
	}
	return buf.Bytes(), sum, skipped
}
