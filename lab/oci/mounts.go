package oci

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/mount"
)

// option is what one of mount(8)'s words does to the flags of mount(2).
type option struct {
	set, clear uintptr
}

// options are the words that become flags; what is none of them is data for the
// file system.
var options = map[string]option{
	"ro": {set: unix.MS_RDONLY}, "rw": {clear: unix.MS_RDONLY},
	"nosuid": {set: unix.MS_NOSUID}, "suid": {clear: unix.MS_NOSUID},
	"nodev": {set: unix.MS_NODEV}, "dev": {clear: unix.MS_NODEV},
	"noexec": {set: unix.MS_NOEXEC}, "exec": {clear: unix.MS_NOEXEC},
	"sync": {set: unix.MS_SYNCHRONOUS}, "async": {clear: unix.MS_SYNCHRONOUS},
	"dirsync": {set: unix.MS_DIRSYNC}, "remount": {set: unix.MS_REMOUNT},
	"mand": {set: unix.MS_MANDLOCK}, "nomand": {clear: unix.MS_MANDLOCK},
	"noatime": {set: unix.MS_NOATIME}, "atime": {clear: unix.MS_NOATIME},
	"nodiratime": {set: unix.MS_NODIRATIME}, "diratime": {clear: unix.MS_NODIRATIME},
	"relatime": {set: unix.MS_RELATIME}, "norelatime": {clear: unix.MS_RELATIME},
	"strictatime": {set: unix.MS_STRICTATIME}, "nostrictatime": {clear: unix.MS_STRICTATIME},
	"iversion": {set: unix.MS_I_VERSION}, "noiversion": {clear: unix.MS_I_VERSION},
	"silent": {set: unix.MS_SILENT}, "loud": {clear: unix.MS_SILENT},
	"nosymfollow": {set: unix.MS_NOSYMFOLLOW}, "symfollow": {clear: unix.MS_NOSYMFOLLOW},
	"bind": {set: unix.MS_BIND}, "rbind": {set: unix.MS_BIND | unix.MS_REC},
	"defaults": {},
}

// recursive are the words that change the mount and all below it, by the
// attribute that mount_setattr(2) sets or clears.
var recursive = map[string]unix.MountAttr{
	"rro": {Attr_set: unix.MOUNT_ATTR_RDONLY}, "rrw": {Attr_clr: unix.MOUNT_ATTR_RDONLY},
	"rnosuid": {Attr_set: unix.MOUNT_ATTR_NOSUID}, "rsuid": {Attr_clr: unix.MOUNT_ATTR_NOSUID},
	"rnodev": {Attr_set: unix.MOUNT_ATTR_NODEV}, "rdev": {Attr_clr: unix.MOUNT_ATTR_NODEV},
	"rnoexec": {Attr_set: unix.MOUNT_ATTR_NOEXEC}, "rexec": {Attr_clr: unix.MOUNT_ATTR_NOEXEC},
	"rnodiratime": {Attr_set: unix.MOUNT_ATTR_NODIRATIME}, "rdiratime": {Attr_clr: unix.MOUNT_ATTR_NODIRATIME},
	"rnoatime":     {Attr_set: unix.MOUNT_ATTR_NOATIME, Attr_clr: unix.MOUNT_ATTR__ATIME},
	"rrelatime":    {Attr_set: unix.MOUNT_ATTR_RELATIME, Attr_clr: unix.MOUNT_ATTR__ATIME},
	"rstrictatime": {Attr_set: unix.MOUNT_ATTR_STRICTATIME, Attr_clr: unix.MOUNT_ATTR__ATIME},
	"rnosymfollow": {Attr_set: unix.MOUNT_ATTR_NOSYMFOLLOW}, "rsymfollow": {Attr_clr: unix.MOUNT_ATTR_NOSYMFOLLOW},
}

// wish is a mount of the configuration, its options sorted.
type wish struct {
	specs.Mount
	flags  uintptr
	data   []string
	spread []mount.Propagation
	attrs  []unix.MountAttr
	copyUp bool
}

// sortOptions reads a mount's options.
func sortOptions(m specs.Mount) (wish, error) {
	w := wish{Mount: m}
	if len(m.UIDMappings)+len(m.GIDMappings) > 0 {
		return w, fmt.Errorf("mounts: %s: id-mapped mounts are not supported", m.Destination)
	}
	for _, word := range m.Options {
		if o, known := options[word]; known {
			w.flags = w.flags&^o.clear | o.set
			continue
		}
		if attr, known := recursive[word]; known {
			w.attrs = append(w.attrs, attr)
			continue
		}
		switch p := mount.Propagation(word); p {
		case mount.Private, mount.RPrivate, mount.Slave, mount.RSlave, mount.Shared, mount.RShared,
			mount.Unbindable, mount.RUnbindable:
			w.spread = append(w.spread, p)
			continue
		}
		switch word {
		case "tmpcopyup":
			w.copyUp = true
		case "idmap", "ridmap":
			return w, fmt.Errorf("mounts: %s: option %s is not supported", m.Destination, word)
		default:
			w.data = append(w.data, word)
		}
	}
	if m.Type == "bind" && w.flags&unix.MS_BIND == 0 {
		w.flags |= unix.MS_BIND | unix.MS_REC
	}
	return w, nil
}

// mounts makes all mounts of the configuration, in its order.
func (i *first) mounts() error {
	unix.Umask(0o022)
	for _, m := range i.Spec.Mounts {
		w, err := sortOptions(m)
		if err == nil {
			err = i.mountOne(w)
		}
		if err != nil {
			return fmt.Errorf("mount %s at %s: %w", m.Source, m.Destination, err)
		}
	}
	return nil
}

func (i *first) mountOne(w wish) error {
	file := false
	if w.flags&unix.MS_BIND != 0 {
		if !filepath.IsAbs(w.Source) {
			w.Source = filepath.Join(i.State.Bundle, w.Source)
		}
		info, err := os.Stat(w.Source)
		if err != nil {
			return err
		}
		file = !info.IsDir()
	}
	if w.Type == "cgroup" {
		return i.cgroups(w)
	}
	err := i.inside(w.Destination, file, func(target string) error {
		if w.copyUp {
			return i.tmpfsWithContent(w, target)
		}
		return i.attach(w, target)
	})
	if err != nil {
		return err
	}
	// What was found above is covered now: the mount is found anew.
	return i.inside(w.Destination, file, func(target string) error { return i.finish(w, target) })
}

// inside calls do with a name for a path in the container's root.
func (i *first) inside(path string, file bool, do func(target string) error) error {
	return mount.Inside(i.t, i.Spec.Root.Path, path, file, do)
}

// attach makes the mount itself.
func (i *first) attach(w wish, target string) error {
	const onlyBind = unix.MS_BIND | unix.MS_REC
	if w.flags&unix.MS_BIND != 0 {
		return i.t.Mount(w.Source, target, "", w.flags&onlyBind, "")
	}
	err := i.t.Mount(w.Source, target, w.Type, w.flags, strings.Join(w.data, ","))
	if errors.Is(err, unix.EINVAL) && w.Type == "devpts" {
		// A group that is not mapped into the user namespace can own nothing.
		return i.t.Mount(w.Source, target, w.Type, w.flags, without(w.data, "gid="))
	}
	return err
}

func without(data []string, prefix string) string {
	var kept []string
	for _, d := range data {
		if !strings.HasPrefix(d, prefix) {
			kept = append(kept, d)
		}
	}
	return strings.Join(kept, ",")
}

// finish does what mount(2) does not in the call that makes a mount: the flags
// of a bind mount, how it spreads, and attributes of those below.
func (i *first) finish(w wish, target string) error {
	const own = unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_NOATIME |
		unix.MS_NODIRATIME | unix.MS_RELATIME | unix.MS_STRICTATIME | unix.MS_NOSYMFOLLOW
	if w.flags&unix.MS_BIND != 0 && w.flags&own != 0 {
		if err := mount.Remount(i.t, target, w.flags&own); err != nil {
			return err
		}
	}
	for _, p := range w.spread {
		if err := mount.Propagate(i.t, target, p); err != nil {
			return err
		}
	}
	for _, attr := range w.attrs {
		if err := i.t.MountSetattr(target, unix.AT_RECURSIVE, attr); err != nil {
			return err
		}
	}
	return nil
}

// tmpfsWithContent mounts a tmpfs that holds what it covers, as Podman's
// tmpcopyup wants it.
func (i *first) tmpfsWithContent(w wish, target string) error {
	content := os.DirFS(target)
	entries, err := os.ReadDir(target)
	if err != nil {
		return err
	}
	if err := i.attach(w, target); err != nil || len(entries) == 0 {
		return err
	}
	return i.inside(w.Destination, false, func(covered string) error { return os.CopyFS(covered, content) })
}

// cgroups shows the container its cgroups: the v2 tree, or each v1 hierarchy in
// a directory of its name.
func (i *first) cgroups(w wish) error {
	all, err := kernel.Hierarchies(0)
	if err != nil {
		return err
	}
	v1 := kernel.V1(all)
	if len(v1) == 0 {
		return i.inside(w.Destination, false, func(target string) error {
			return i.t.Mount("cgroup", target, "cgroup2", w.flags, "")
		})
	}
	tmpfs := w
	tmpfs.flags &^= unix.MS_RDONLY
	err = i.inside(w.Destination, false, func(target string) error {
		return i.t.Mount("tmpfs", target, "tmpfs", tmpfs.flags, "mode=755")
	})
	if err != nil {
		return err
	}
	for _, h := range v1 {
		if err := i.cgroupV1(w, h); err != nil {
			return err
		}
	}
	if w.flags&unix.MS_RDONLY == 0 {
		return nil
	}
	return i.inside(w.Destination, false, func(target string) error { return mount.ReadOnly(i.t, target) })
}

// cgroupV1 mounts one hierarchy: as the container's cgroup namespace shows it,
// or where it has none, its own group over a place of that name.
func (i *first) cgroupV1(w wish, h kernel.Hierarchy) error {
	names := strings.Join(h.Controllers, ",")
	at := filepath.Join(w.Destination, names)
	if _, found := namespaceOf(&i.Spec, specs.CgroupNamespace); found {
		return i.inside(at, false, func(target string) error { return i.t.Mount("cgroup", target, "cgroup", w.flags, names) })
	}
	own := h.MountPoint
	for _, d := range i.Group.Dirs {
		if d.Mount == h.MountPoint {
			own = d.Path
		}
	}
	if err := i.inside(at, false, func(target string) error { return mount.Bind(i.t, own, target, false) }); err != nil {
		return err
	}
	return i.inside(at, false, func(target string) error { return i.finish(wish{flags: w.flags | unix.MS_BIND}, target) })
}
