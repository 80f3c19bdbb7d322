package overlay

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/lab/chroot"
	"byhand/lab/process"
	"byhand/lab/sys"
)

// Pile is an overlay that is to be mounted.
type Pile struct {
	// Dir is where the layers' paths begin, which keeps them short: all of them
	// must fit into one page.
	Dir string
	// Spec names the layers.
	Spec Spec
	// Target is where the pile appears.
	Target string
}

// Serve is a stage: with the sandbox's mounts, it mounts a pile.
func Serve(c *process.Child, p Pile) (struct{}, error) {
	if err := c.Trace.Chdir(p.Dir); err != nil {
		return struct{}{}, err
	}
	if err := os.MkdirAll(p.Target, 0o755); err != nil {
		return struct{}{}, err
	}
	// The leftmost lower directory is the top one of those that are only read.
	list := []string{"lowerdir=" + strings.Join(p.Spec.Lower, ":"), "upperdir=" + p.Spec.Upper, "workdir=" + p.Spec.Work}
	if p.Spec.UserXattr {
		// What overlayfs has to note on files, it notes in attributes that an
		// ordinary user may write too.
		list = append(list, "userxattr")
	}
	return struct{}{}, c.Trace.Mount("overlay", p.Target, "overlay", 0, strings.Join(list, ","))
}

// Layered is a program whose root is a pile.
type Layered struct {
	// Pile is its root.
	Pile Pile
	// Program is what runs.
	Program chroot.Program
}

// Run is a stage: born in new namespaces, it mounts a pile, and becomes a
// program with that as its root.
func Run(c *process.Child, l Layered) (struct{}, error) {
	if err := c.Trace.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return struct{}{}, err
	}
	if _, err := Serve(c, l.Pile); err != nil {
		return struct{}{}, err
	}
	return chroot.Run(c, l.Program)
}

// Whiteout says in an upper layer that a file of those below is not there: a
// character device with the numbers 0 and 0, which stands for no device and
// which anybody may make (Linux 5.8).
func Whiteout(t *sys.Tracer, path string) error { return t.Mknod(path, unix.S_IFCHR, 0, 0) }
