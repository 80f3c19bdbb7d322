package kernel

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// made is what the helper's own calls say of a directory that it mounted on.
type made struct {
	Path  string
	ID    string // by statx(2)
	Dev   uint64 // by stat(2)
	How   string // the propagation that was asked for
	Empty bool   // mounted without a source
}

// makeMounts makes mounts with awkward names and of every propagation in dir.
func makeMounts(dir string) ([]made, error) {
	all := []made{
		{Path: dir, How: "private", Empty: true},
		{Path: dir + "/a b", How: "private"},
		{Path: dir + "/tab\tnl\nback\\slash#hash,=\\040", How: "private"},
		{Path: dir + "/cr\r\v\u00a0\u2028", How: "private"},
		{Path: dir + "/ - x - y", How: "private"},
		{Path: dir + "/covered", How: "private"},
		{Path: dir + "/covered", How: "private"},
		{Path: dir + "/shared", How: "shared"},
		{Path: dir + "/slave", How: "private,slave"},
		{Path: dir + "/both", How: "shared,slave"},
		{Path: dir + "/unbindable", How: "private,unbindable"},
		{Path: dir + "/bound", How: "private"},
	}
	for i, m := range all {
		source, from, flags := "so#ur ce", "", uintptr(0)
		switch {
		case m.Empty:
			source = ""
		case m.How == "private,slave" || m.How == "shared,slave":
			from, flags = dir+"/shared", unix.MS_BIND
		case m.Path == dir+"/bound":
			from, flags = dir+"/a b/sub dir", unix.MS_BIND
		}
		if from != "" {
			source = from
		}
		if err := os.MkdirAll(m.Path, 0o755); err != nil {
			return nil, err
		}
		if err := mount(source, m.Path, flags, map[uintptr]string{0: "size=64k"}[flags]); err != nil {
			return nil, err
		}
		for _, how := range map[string][]uintptr{
			"shared": {unix.MS_SHARED}, "private,slave": {unix.MS_SLAVE},
			"shared,slave": {unix.MS_SLAVE, unix.MS_SHARED}, "private,unbindable": {unix.MS_UNBINDABLE},
		}[m.How] {
			if err := mount("", m.Path, how, ""); err != nil {
				return nil, err
			}
		}
		if err := os.MkdirAll(m.Path+"/sub dir", 0o755); err != nil {
			return nil, err
		}
		var st unix.Stat_t
		if err := unix.Stat(m.Path, &st); err != nil {
			return nil, fmt.Errorf("stat %s: %w", m.Path, err)
		}
		all[i].Dev = uint64(st.Dev)
		id, err := mountID(m.Path)
		if err != nil {
			return nil, err
		}
		all[i].ID = id
	}
	return all, nil
}

func mount(source, target string, flags uintptr, data string) error {
	fstype := ""
	if flags == 0 {
		fstype = "tmpfs"
	}
	if err := unix.Mount(source, target, fstype, flags, data); err != nil {
		return fmt.Errorf("mount %q %q %#x: %w", source, target, flags, err)
	}
	return nil
}

// mountID asks statx(2) which mount a path leads to.
func mountID(path string) (string, error) {
	var st unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, unix.STATX_MNT_ID, &st)
	if err == nil && st.Mask&unix.STATX_MNT_ID == 0 {
		err = unix.ENOSYS
	}
	if err != nil {
		return "", fmt.Errorf("statx %s: %w", path, err)
	}
	return strconv.FormatUint(st.Mnt_id, 10), nil
}

func TestMountsAgainstCalls(t *testing.T) {
	var all []made
	dir := t.TempDir()
	pid := stand(t, inside(t, unix.CLONE_NEWNS), "mounts "+dir, &all)
	mounts, err := Mounts(pid)
	if err != nil {
		t.Fatal(err)
	}
	byID, points := map[string]Mount{}, map[string]int{}
	for _, m := range mounts {
		byID[m.ID] = m
	}
	for _, w := range all {
		m := byID[w.ID]
		points[w.Path]++
		if m.Target != w.Path || m.Device != DeviceOf(w.Dev) || m.FSType != "tmpfs" || m.Propagation() != w.How {
			t.Errorf("Mounts(%d): mount %s = %+v, %s; want what was made: %+v", pid, w.ID, m, m.Propagation(), w)
		}
		if source := map[bool]string{true: "", false: "so#ur ce"}[w.Empty]; m.Source != source {
			t.Errorf("Mounts(%d): source of %q = %q; want %q", pid, w.Path, m.Source, source)
		}
		if size, _ := m.Super("size"); size != "64k" {
			t.Errorf("Mounts(%d): Super(size) of %q = %q; want 64k", pid, w.Path, size)
		}
		if root := map[bool]string{true: "/sub dir", false: "/"}[w.Path == dir+"/bound"]; m.Root != root {
			t.Errorf("Mounts(%d): root of %q = %q; want %q", pid, w.Path, m.Root, root)
		}
		parent := byID[m.Parent].Target
		if want := map[bool]string{true: w.Path, false: dir}[points[w.Path] > 1]; w.Path != dir && parent != want {
			t.Errorf("Mounts(%d): %q is on %q; want %q", pid, w.Path, parent, want)
		}
	}
	for _, w := range all {
		if got, _ := MountAt(mounts, w.Path); points[w.Path] == 1 && got.ID != w.ID {
			t.Errorf("MountAt(%q) = %+v; want ID %s", w.Path, got, w.ID)
		}
	}
	shared, _ := MountAt(mounts, dir+"/shared")
	slave, _ := MountAt(mounts, dir+"/slave")
	if shared.Shared == 0 || slave.Master != shared.Shared {
		t.Errorf("peer groups: shared %d, the slave's master %d; want the same", shared.Shared, slave.Master)
	}
	ours, err := Mounts(0)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range ours {
		if under(m.Target, dir) {
			t.Errorf("Mounts(0) has %+v; want it in the child alone", m)
		}
	}
}

// row is a mount as findmnt(8) sees it.
type row struct {
	ID, Parent                                  json.Number
	Device                                      string `json:"maj:min"`
	FSRoot, Target, FSType, Source, Propagation string
	Options                                     string `json:"vfs-options"`
	Super                                       string `json:"fs-options"`
}

func TestMountsAgainstFindmnt(t *testing.T) {
	findmnt := command(t, "findmnt")
	var all []made
	dir := t.TempDir()
	pid := stand(t, inside(t, unix.CLONE_NEWNS), "mounts "+dir, &all)
	for _, of := range []int{pid, os.Getpid()} {
		mounts, err := Mounts(of)
		if err != nil {
			t.Fatal(err)
		}
		const columns = "ID,PARENT,MAJ:MIN,FSROOT,TARGET,FSTYPE,SOURCE,PROPAGATION,VFS-OPTIONS,FS-OPTIONS"
		text, err := exec.Command(findmnt, "--json", "--list", "--nocanonicalize", "--nofsroot", "--task", strconv.Itoa(of), "-o", columns).Output()
		if err != nil {
			t.Fatalf("findmnt: %v", err)
		}
		var said struct{ Filesystems []row }
		if err := json.Unmarshal(text, &said); err != nil {
			t.Fatalf("findmnt: %v in %s", err, text)
		}
		theirs := map[string]row{}
		for _, r := range said.Filesystems {
			theirs[r.ID.String()] = r
		}
		if len(mounts) != len(theirs) || len(mounts) == 0 {
			t.Errorf("Mounts(%d) = %d mounts; want findmnt's %d", of, len(mounts), len(theirs))
		}
		for _, m := range mounts {
			got := row{json.Number(m.ID), json.Number(m.Parent), m.Device.String(), m.Root, m.Target, m.FSType, m.Source, m.Propagation(), m.Options, unescape(m.SuperOptions)}
			if want := theirs[m.ID]; got != want {
				t.Errorf("Mounts(%d) has\n%+q; want findmnt's\n%+q", of, got, want)
			}
		}
	}
}

// TestMountAtAgainstStatx walks to every mount point, and to what is around
// it, on this machine as it is.
func TestMountAtAgainstStatx(t *testing.T) {
	mounts, err := Mounts(0)
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, m := range mounts {
		for _, path := range []string{m.Target, filepath.Dir(m.Target)} {
			want, err := mountID(path)
			if errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENOENT) {
				continue // another's, or covered
			}
			if err != nil {
				t.Fatal(err)
			}
			compared++
			if got, _ := MountAt(mounts, path); got.ID != want {
				t.Errorf("MountAt(%q) = %+v; want ID %s, as of statx", path, got, want)
			}
		}
	}
	if compared < 3 {
		t.Errorf("compared %d paths; want those of proc, sys and the root at least", compared)
	}
}

// propagate makes a chain of three peer groups and enters a root from which
// the middle one is not seen. It returns the first and the middle.
func propagate(dir string) ([2]int, error) {
	var groups [2]int
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := mount("top", dir, 0, ""); err != nil {
		return groups, err
	}
	for _, d := range []string{"middle", "root/first", "root/last"} {
		if err := os.MkdirAll(at(d), 0o755); err != nil {
			return groups, err
		}
	}
	for _, step := range []struct {
		source, target string
		flags          uintptr
	}{
		{"first", at("root/first"), 0},
		{"", at("root/first"), unix.MS_SHARED},
		{at("root/first"), at("middle"), unix.MS_BIND},
		{"", at("middle"), unix.MS_SLAVE},
		{"", at("middle"), unix.MS_SHARED},
		{at("middle"), at("root/last"), unix.MS_BIND},
		{"", at("root/last"), unix.MS_SLAVE},
	} {
		if err := mount(step.source, step.target, step.flags, ""); err != nil {
			return groups, err
		}
	}
	mounts, err := Mounts(0)
	if err != nil {
		return groups, err
	}
	for i, name := range []string{"root/first", "middle"} {
		m, _ := MountAt(mounts, at(name))
		groups[i] = m.Shared
	}
	return groups, unix.Chroot(at("root"))
}

func TestPropagateFrom(t *testing.T) {
	var groups [2]int
	pid := stand(t, inside(t, unix.CLONE_NEWNS), "propagate "+t.TempDir(), &groups)
	mounts, err := Mounts(pid)
	if err != nil {
		t.Fatal(err)
	}
	last, _ := MountAt(mounts, "/last")
	if groups[0] == 0 || last.PropagateFrom != groups[0] || last.Master != groups[1] {
		t.Errorf("Mounts(%d): /last = %+v; want master %d, propagate_from %d", pid, last, groups[1], groups[0])
	}
	if root, found := MountAt(mounts, "/"); found {
		t.Errorf("MountAt(/) in a chroot that is no mount point = %+v; want none", root)
	}
}
