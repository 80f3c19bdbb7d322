// Package breakout climbs out of a root that chroot(2) gave, to show why
// containers have theirs from pivot_root(2).
package breakout

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"byhand/lab/chroot"
	"byhand/lab/mount"
	"byhand/lab/probe"
	"byhand/lab/process"
	"byhand/lab/rootdir"
	"byhand/lab/sys"
)

// second is the directory that serves as a second root. Any would do.
const second = "tmp"

// Out makes the machine's root this process's again, if its root is only
// chroot(2)'s and its working directory is "/". It takes CAP_SYS_CHROOT.
func Out(t *sys.Tracer) error {
	// A process has one root. The second one takes the first one's place, and
	// the working directory stays where it is: now above the root.
	if err := t.Chroot(second); err != nil {
		return err
	}
	// On the way up the kernel stops at the root, and comes past it no more. What
	// else stops it is the root of the mount namespace.
	for {
		if top, err := atTop(); err != nil || top {
			break
		}
		if err := t.Chdir(".."); err != nil {
			return err
		}
	}
	return t.Chroot(".")
}

// atTop reports whether the working directory is its own parent.
func atTop() (bool, error) {
	here, err := os.Stat(".")
	if err != nil {
		return false, err
	}
	above, err := os.Stat("..")
	return err == nil && os.SameFile(here, above), err
}

// Chrooted is a stage: locked up by chroot(2) it breaks out, and becomes a
// program of wherever it got.
func Chrooted(c *process.Child, p chroot.Program) (struct{}, error) {
	if err := chroot.Enter(c.Trace, p.Root); err != nil {
		return struct{}{}, err
	}
	return become(c.Trace, p)
}

// Pivoted is a stage, in a mount and a pid namespace of its own: locked up by
// pivot_root(2) it tries the same.
func Pivoted(c *process.Child, p chroot.Program) (struct{}, error) {
	// Else what is done to the mounts here would happen on the machine as well.
	if err := c.Trace.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return struct{}{}, err
	}
	// pivot_root(2) asks for a mount: the directory becomes one on itself. What
	// is mounted below comes along, since a user namespace may not leave it out.
	if err := mount.Bind(c.Trace, p.Root, p.Root, true); err != nil {
		return struct{}{}, err
	}
	// Its own processes only: the machine's have links to their roots in proc.
	if err := c.Trace.Mount("proc", p.Root+"/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return struct{}{}, err
	}
	if err := rootdir.Pivot(c.Trace, p.Root); err != nil {
		return struct{}{}, err
	}
	return become(c.Trace, p)
}

func become(t *sys.Tracer, p chroot.Program) (struct{}, error) {
	if err := Out(t); err != nil {
		return struct{}{}, err
	}
	return struct{}{}, t.Execve(p.Argv[0], p.Argv, chroot.Environment())
}

// Try is a stage that takes the way out, and returns what probe.TryOpen says of
// a path there.
func Try(c *process.Child, path string) (string, error) {
	if err := c.Trace.Chdir("/"); err != nil {
		return "", err
	}
	if err := Out(c.Trace); err != nil {
		return "", fmt.Errorf("try to get out: %w", err)
	}
	return probe.TryOpen(path), nil
}
