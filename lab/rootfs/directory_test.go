package rootfs

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestBuildDirectory(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	in := func(name string) string { return filepath.Join(from, name) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	place(t, in("etc/one"), "one")
	must(os.Link(in("etc/one"), in("etc/two")))
	place(t, in("etc/absolute"), "-> /run")
	must(unix.Mkfifo(in("fifo"), 0o600))
	place(t, in("readonly/file"), "x")
	must(os.Chmod(in("readonly/file"), 0o400))
	must(os.WriteFile(in("sparse"), nil, 0o600))
	must(os.Truncate(in("sparse"), 8<<20))
	_ = unix.Setxattr(in("etc/one"), "user.note", []byte("kept"), 0)       // not every file system takes it
	if os.Geteuid() == 0 && os.Lchown(in("etc/absolute"), 12, 34) == nil { // else root of a user namespace
		must(os.Chown(in("etc/one"), 12, 34))
	}
	must(os.Chmod(in("etc/one"), 0o755|os.ModeSetuid))
	device := os.Geteuid() == 0 && unix.Mknod(in("null"), unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))) == nil
	socket, err := net.Listen("unix", in("socket"))
	must(err)
	defer socket.Close()
	must(os.Chmod(in("readonly"), 0o555))
	for _, dir := range []string{from, to} { // what RemoveAll needs
		t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "readonly"), 0o755) })
	}
	when := unix.NsecToTimespec(1_000_000_000_123_456_789)
	for _, name := range []string{"etc/one", "etc/absolute", "readonly", "etc", "fifo", "."} {
		must(unix.UtimesNanoAt(unix.AT_FDCWD, in(name), []unix.Timespec{when, when}, unix.AT_SYMLINK_NOFOLLOW))
	}

	var remarks []string
	err = Build(t.Context(), Source{Directory, from}, to, func(p Progress) {
		if p.Unit == "" {
			remarks = append(remarks, p.What)
		}
	})
	if err != nil {
		t.Fatalf("Build(%s) = %v; want success", from, err)
	}
	if len(remarks) != 1 || !strings.Contains(remarks[0], "socket") {
		t.Errorf("remarks = %q; want one about the socket", remarks)
	}
	want, got := listing(t, from), listing(t, to)
	delete(want, "/socket")
	if os.Geteuid() != 0 { // the setuid bit is kept only where the owner is
		for _, name := range []string{"/etc/one", "/etc/two"} {
			want[name] = strings.Replace(want[name], "urwx", "-rwx", 1)
		}
	}
	for name, line := range want {
		if got[name] != line {
			t.Errorf("copied %s = %.80q; want %.80q", name, got[name], line)
			continue
		}
		var a, b unix.Stat_t
		must(unix.Lstat(in(name), &a))
		must(unix.Lstat(filepath.Join(to, name), &b))
		if a.Uid != b.Uid || a.Gid != b.Gid || a.Mtim != b.Mtim || a.Rdev != b.Rdev || a.Nlink != b.Nlink {
			t.Errorf("copied %s: owner %d:%d, time %v, device %d, %d links; want %d:%d, %v, %d, %d",
				name, b.Uid, b.Gid, time.Unix(b.Mtim.Unix()), b.Rdev, b.Nlink, a.Uid, a.Gid, time.Unix(a.Mtim.Unix()), a.Rdev, a.Nlink)
		}
	}
	if len(got) != len(want) || device && got["/null"] == "" {
		t.Errorf("copied %d files; want %d", len(got), len(want))
	}
	note := make([]byte, 10)
	if n, err := unix.Lgetxattr(in("etc/one"), "user.note", note); err == nil {
		if m, err := unix.Lgetxattr(filepath.Join(to, "etc/one"), "user.note", note); err != nil || m != n {
			t.Errorf("extended attribute of the copy: %d bytes, %v; want %d", m, err, n)
		}
	}
	var st unix.Stat_t
	if must(unix.Stat(filepath.Join(to, "sparse"), &st)); st.Blocks > 16 {
		t.Errorf("sparse takes %d blocks in the copy; want a hole", st.Blocks)
	}
}

func TestBuildDirectoryInsideItself(t *testing.T) {
	t.Parallel()
	from := t.TempDir()
	err := Build(t.Context(), Source{Directory, from}, filepath.Join(from, "a/copy"), nil)
	if err == nil || !strings.Contains(err.Error(), "contain itself") {
		t.Errorf("Build(a directory into itself) = %v; want an error", err)
	}
}
