package image

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// startInside runs script by sh in new namespaces, as unshare(1) makes them
// with args, waits until it prints "ready" and returns its process id. The
// process ends with the test.
func startInside(t *testing.T, script string, args ...string) int {
	t.Helper()
	cmd := exec.Command("unshare", append(args, "sh", "-eu", "-c", script+"\necho ready\nexec sleep 100")...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skipf("%v: apt-get install util-linux", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		_ = cmd.Wait()
		t.Skipf("unshare %q: this machine allows no such namespaces: %s", args, &stderr)
	}
	return cmd.Process.Pid
}

// TestExportRunning exports the root of a process that has mounted things in
// it: file systems, a directory of the same file system, a single file. The
// archive must hold the mount points and nothing of what is there.
func TestExportRunning(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"proc", "dev/shm", "volume", "etc", "shared"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"etc/hosts", "etc/passwd", "shared/inner"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("content"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	pid := startInside(t, `cd "`+dir+`"
		mount -t tmpfs none dev/shm && touch dev/shm/secret
		mount --rbind /proc proc
		mount --bind shared volume
		mount --bind /etc/passwd etc/hosts`, "--user", "--map-root-user", "--mount")

	root := fmt.Sprintf("/proc/%d/root%s", pid, dir)
	var seen bytes.Buffer
	cmd := exec.Command("ls", root+"/dev/shm")
	cmd.Stdout = &seen
	if err := cmd.Run(); err != nil || seen.String() != "secret\n" {
		t.Fatalf("%s: %v: %q; want the mounted file system to be seen there", cmd, err, &seen)
	}

	fd, err := unix.Open(root, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	var archive bytes.Buffer
	sum, err := ExportFD(t.Context(), &archive, fd, ExportOptions{})
	if err != nil {
		t.Fatalf("ExportFD(...) = %v; want success", err)
	}
	if sum.MountPoints != 4 || sum.Unreadable != 0 {
		t.Errorf("ExportFD(...) = %+v; want 4 mount points", sum)
	}
	files := filesIn(t, archive.Bytes())
	want := map[string]string{
		"./": "", "dev/": "", "dev/shm/": "", "etc/": "", "etc/hosts": "", "etc/passwd": "content",
		"proc/": "", "shared/": "", "shared/inner": "content", "volume/": "",
	}
	for name, content := range want {
		if got, ok := files[name]; !ok || got != content {
			t.Errorf("%s = %.40q, there: %v; want %q", name, got, ok, content)
		}
	}
	for name := range files {
		if _, ok := want[name]; !ok {
			t.Errorf("the archive holds %s", name)
		}
	}
	// Without the mounts everything is there: the control.
	plain, _, _ := exported(t, dir, ExportOptions{})
	if got := filesIn(t, plain); got["etc/hosts"] != "content" || len(got) != len(want) {
		t.Errorf("the same root with nothing mounted gives %d files; want %d", len(got), len(want))
	}
}

// TestExportOverlay exports a root that overlayfs puts together: only what is
// seen there may be in the archive, and none of overlayfs's own marks.
func TestExportOverlay(t *testing.T) {
	dir := treeDir(t)
	pid := startInside(t, `cd "`+dir+`"
		mkdir -p lower/d upper work merged
		echo kept >lower/kept; echo gone >lower/gone; echo old >lower/d/old; ln lower/kept lower/linked
		mount -t overlay -o userxattr,lowerdir=lower,upperdir=upper,workdir=work none merged
		rm merged/gone; rm -r merged/d; mkdir merged/d; echo new >merged/d/new`, "--user", "--map-root-user", "--mount")
	archive, sum, skipped := exported(t, fmt.Sprintf("/proc/%d/root%s/merged", pid, dir), ExportOptions{})
	want := map[string]string{"./": "", "d/": "", "d/new": "new\n", "kept": "kept\n", "linked": ""}
	if got := filesIn(t, archive); !maps.Equal(got, want) || len(skipped) > 0 || sum.MountPoints > 0 {
		t.Errorf("Export(overlay) = %q, %+v, skipped %q; want %q", got, sum, skipped, want)
	}

	// The upper directory itself bears the marks.
	upper := filepath.Join(dir, "upper")
	names := (oracle{}).xattrsOf(t, filepath.Join(upper, "d"))
	if !strings.Contains(names, "user.overlay.opaque") {
		t.Fatalf("upper/d has the attributes %q; want the mark of an opaque directory", names)
	}
	marks := []string{}
	if os.Geteuid() == 0 {
		marks = []string{"trusted.overlay.origin", "trusted.overlay.opaque"}
	}
	for _, mark := range marks {
		if err := unix.Setxattr(filepath.Join(upper, "d"), mark, []byte("y"), 0); err != nil {
			t.Fatal(err)
		}
	}
	archive, _, _ = exported(t, upper, ExportOptions{})
	if bytes.Contains(archive, []byte("overlay")) {
		t.Errorf("the archive of the upper directory speaks of overlayfs")
	}
}

// TestExportUserNamespace exports files that root of a user namespace made,
// with the numbers that they have inside.
func TestExportUserNamespace(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "f")
	if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	uid, gid := uint32(os.Getuid()), uint32(os.Getgid())
	list := acl{{0x01, 6, aclNoID}, {0x02, 4, uid}, {0x04, 4, aclNoID}, {0x08, 4, gid}, {0x10, 6, aclNoID}, {0x20, 4, aclNoID}}
	if err := unix.Setxattr(file, xattrACL, []byte(list.encode()), 0); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "foreign"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if uid == 0 {
		if err := os.Chown(filepath.Join(dir, "foreign"), 12345, 0); err != nil {
			t.Fatal(err)
		}
	}
	pid := startInside(t, "true", "--map-user=40", "--map-group=50")
	idmap := func(name string) IDMap {
		t.Helper()
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
		if err != nil {
			t.Fatal(err)
		}
		m, err := ParseIDMap(string(text))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	opts := ExportOptions{UID: idmap("uid_map").ToInside, GID: idmap("gid_map").ToInside}
	archive, sum, skipped := exported(t, dir, opts)
	for r := tar.NewReader(bytes.NewReader(archive)); ; {
		hdr, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		wantUID := 40
		if hdr.Name == "foreign" && uid == 0 {
			wantUID = overflowID
		}
		if hdr.Uid != wantUID || hdr.Gid != 50 {
			t.Errorf("%s belongs to %d:%d; want %d:50", hdr.Name, hdr.Uid, hdr.Gid, wantUID)
		}
		if want := "user::rw-,user:40:r--,group::r--,group:50:r--,mask::rw-,other::r--"; hdr.Name == "f" && hdr.PAXRecords[recordACL] != want {
			t.Errorf("access control list %q; want %q", hdr.PAXRecords[recordACL], want)
		}
	}
	if all := strings.Join(skipped, "\n"); strings.Contains(all, "foreign: owner 12345:0") != (uid == 0) || sum.Unmapped != len(skipped) {
		t.Errorf("Export = %+v, told %q; want the owner that has no number", sum, all)
	}
}

// TestExportCapability exports a file that root of a user namespace gave a
// capability to.
func TestExportCapability(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("to mark a file for another namespace's root needs root")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "f")
	if err := os.WriteFile(file, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setxattr(file, xattrCapability, capability(0x03000001, 1<<10, 1000), 0); err != nil {
		t.Skipf("setxattr %s: %v: this needs CAP_SETFCAP in the first user namespace", xattrCapability, err)
	}
	for _, tt := range []struct {
		name string
		opts ExportOptions
		want []byte
	}{
		{"as it is", ExportOptions{}, capability(0x03000001, 1<<10, 1000)},
		{"as inside", ExportOptions{UID: IDMap{{0, 1000, 1}}.ToInside}, capability(0x02000001, 1<<10)},
	} {
		archive, _, _ := exported(t, dir, tt.opts)
		r := tar.NewReader(bytes.NewReader(archive))
		_, _ = r.Next()
		hdr, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if got := hdr.PAXRecords[xattrPrefix+xattrCapability]; got != string(tt.want) {
			t.Errorf("%s: %s = %x; want %x", tt.name, xattrCapability, got, tt.want)
		}
	}
}
