package image

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestUnpackGNUTar lets GNU tar pack a tree with one of everything and
// compares what Unpack makes of it with the original.
func TestUnpackGNUTar(t *testing.T) {
	if out, err := exec.Command("tar", "--version").Output(); err != nil || !bytes.Contains(out, []byte("GNU tar")) {
		t.Skip("GNU tar is not installed")
	}
	tests := []struct {
		name string
		args []string
		unit time.Duration // what the format keeps of a time
	}{
		{"pax", []string{"--format=pax", "--xattrs"}, time.Nanosecond},
		{"gnu", []string{"--format=gnu"}, time.Second},
		{"ustar", []string{"--format=ustar"}, time.Second},
		{"pax sparse", []string{"--format=pax", "--xattrs", "--sparse"}, time.Nanosecond},
		{"gnu sparse", []string{"--format=gnu", "--sparse"}, time.Second},
		{"gzip", []string{"--format=pax", "--xattrs", "--gzip"}, time.Nanosecond},
		{"zstd", []string{"--format=pax", "--xattrs", "--zstd"}, time.Nanosecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			from, to := t.TempDir(), t.TempDir()
			for _, dir := range []string{from, to} { // what RemoveAll needs
				t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "readonly"), 0o755) })
			}
			makeTree(t, from, tt.name == "ustar", tt.unit == time.Nanosecond)
			var archive, stderr bytes.Buffer
			cmd := exec.Command("tar", append(tt.args, "-C", from, "-c", ".")...)
			cmd.Stdout, cmd.Stderr = &archive, &stderr
			if err := cmd.Run(); err != nil {
				t.Skipf("tar %q: %v: %s", tt.args, err, &stderr)
			}
			skipped := unpack(t, &archive, to)
			if len(skipped) > 0 {
				t.Errorf("Unpack skipped %q; want nothing skipped", skipped)
			}
			if d := diff(snapshot(t, to, tt.unit), snapshot(t, from, tt.unit)); len(d) > 0 {
				t.Errorf("Unpack of tar %q differs:\n%s", tt.args, strings.Join(d, "\n"))
			}
			if !sameInode(t, filepath.Join(to, "etc/one"), filepath.Join(to, "etc/two")) {
				t.Errorf("etc/one and etc/two are two files; want one with two names")
			}
			if blocks := stat(t, filepath.Join(to, "sparse")).Blocks; blocks > 512 {
				t.Errorf("sparse takes %d blocks of 512 bytes; want holes", blocks)
			}
		})
	}
}

// unpack calls Unpack and returns what it skipped.
func unpack(t *testing.T, r io.Reader, dir string) []string {
	t.Helper()
	var skipped []string
	err := Unpack(t.Context(), r, dir, Options{Skipped: func(name, why string) { skipped = append(skipped, name+": "+why) }})
	if err != nil {
		t.Fatalf("Unpack(...) = %v; want success", err)
	}
	return skipped
}

// makeTree fills dir with every kind of file that this user may make.
func makeTree(t testing.TB, dir string, shortNames, xattrs bool) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	write := func(name string, content []byte, mode os.FileMode) {
		t.Helper()
		must(os.MkdirAll(filepath.Dir(in(name)), 0o755))
		must(os.WriteFile(in(name), content, 0o600))
		must(os.Chmod(in(name), mode))
	}
	write("etc/one", []byte("one\n"), 0o644)
	must(os.Link(in("etc/one"), in("etc/two")))
	write("empty", nil, 0o600)
	write("unreadable-by-others", []byte("secret\n"), 0o400)
	write("bin/tool", bytes.Repeat([]byte("not only zeros"), 20_000), 0o751)
	write("name with ü and \n line break", []byte("x"), 0o644)
	if !shortNames {
		write(strings.Repeat("long-directory-name/", 15)+strings.Repeat("f", 200), []byte("deep"), 0o644)
		must(os.Symlink(strings.Repeat("a/long/target/", 20), in("long-link")))
	}
	must(os.Symlink("/run", in("absolute-link")))
	must(os.Symlink("../../nowhere", in("climbing-link")))
	must(unix.Mkfifo(in("fifo"), 0o600))
	must(os.Chmod(in("fifo"), 0o622)) // what umask would not let through

	write("sparse", nil, 0o644)
	must(os.Truncate(in("sparse"), 8<<20))
	f, err := os.OpenFile(in("sparse"), os.O_WRONLY, 0)
	must(err)
	_, err = f.WriteAt([]byte("island"), 3<<20)
	must(err)
	must(f.Close())

	must(os.Mkdir(in("sticky"), 0o777))
	must(os.Chmod(in("sticky"), 0o777|os.ModeSticky))
	if xattrs && unix.Setxattr(in("etc/one"), "user.note", []byte("kept\x00whole"), 0) != nil {
		t.Log("the temporary directory takes no extended attributes: none are tested")
	}
	if os.Geteuid() == 0 && os.Lchown(in("absolute-link"), 12, 34) == nil { // else root of a user namespace
		must(os.Chown(in("bin/tool"), 12, 34))
		must(os.Chmod(in("bin/tool"), 0o751|os.ModeSetuid|os.ModeSetgid))
		if err := unix.Mknod(in("null"), unix.S_IFCHR|0o600, int(unix.Mkdev(1, 3))); err != nil {
			t.Logf("mknod: %v: no device node is tested", err)
		} else {
			must(os.Chmod(in("null"), 0o666))
		}
	}
	// A directory that can't be filled once its mode is set, and its times.
	write("readonly/file", []byte("x"), 0o444)
	must(os.Chmod(in("readonly"), 0o555))
	for i, name := range []string{"etc/one", "absolute-link", "readonly", "etc", "fifo", "."} {
		when := unix.NsecToTimespec(1_000_000_000_123_456_789 + int64(i)*1_000_000_001)
		must(unix.UtimesNanoAt(unix.AT_FDCWD, in(name), []unix.Timespec{when, when}, unix.AT_SYMLINK_NOFOLLOW))
	}
}

func stat(t *testing.T, name string) unix.Stat_t {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Lstat(name, &st); err != nil {
		t.Fatal(err)
	}
	return st
}

func sameInode(t *testing.T, a, b string) bool {
	t.Helper()
	return stat(t, a).Ino == stat(t, b).Ino
}

// BenchmarkUnpack measures a tree of small files, and GNU tar beside it, for
// the ratio. Set TMPDIR to a tmpfs to leave the disk out.
func BenchmarkUnpack(b *testing.B) {
	from := b.TempDir()
	for i := range 2000 {
		name := filepath.Join(from, fmt.Sprintf("dir%d/file%d", i%40, i))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(name, bytes.Repeat([]byte("some text "), i), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	for _, how := range []string{"--no-auto-compress", "--gzip", "--zstd"} {
		archive, err := exec.Command("tar", how, "-C", from, "-c", ".").Output()
		if err != nil {
			b.Logf("tar %s: %v", how, err)
			continue
		}
		run := func(name string, unpack func(dir string) error) {
			b.Run(strings.TrimPrefix(how, "--")+"/"+name, func(b *testing.B) {
				b.SetBytes(int64(len(archive)))
				for b.Loop() {
					if err := unpack(b.TempDir()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		run("Unpack", func(dir string) error {
			return Unpack(b.Context(), bytes.NewReader(archive), dir, Options{})
		})
		run("GNU", func(dir string) error {
			cmd := exec.Command("tar", how, "-C", dir, "-x")
			cmd.Stdin = bytes.NewReader(archive)
			return cmd.Run()
		})
	}
}
