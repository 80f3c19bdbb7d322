package mount

import (
	"cmp"
	"fmt"

	"golang.org/x/sys/unix"

	"byhand/lab/process"
	"byhand/lab/sys"
)

// Attach gives the container whose root is the directory root what a Spec of
// type bind describes, from outside: the caller stands in the container's mount
// namespace, but still in the machine's root, where the source has a name and
// /proc is mounted. A target that is missing is made; the directories above it
// get the process's umask. What fails halfway is taken away again.
func Attach(t *sys.Tracer, root string, s Spec) error {
	if s.Type != TypeBind {
		return fmt.Errorf("attach %s: a mount of type %q is no bind mount: %w", s.Target, s.Type, unix.ENOTSUP)
	}
	if err := attach(t, root, s); err != nil {
		return fmt.Errorf("attach %s at %s in %s: %w", s.Source, s.Target, root, err)
	}
	return nil
}

// attach does what Attach says, in the order of Docker's runc.
func attach(t *sys.Tracer, root string, s Spec) error {
	mode := cmp.Or(s.Bind.Propagation, RPrivate)
	if err := canPropagate(s.Source, mode); err != nil {
		return err
	}
	target, err := openTarget(t, root, s)
	if err != nil {
		return err
	}
	defer target.close()
	// Through its descriptor the target is the one that was found, whatever
	// the path to it may be by now.
	if err := Bind(t, s.Source, target.path(), !s.Bind.NonRecursive); err != nil {
		return err
	}
	// The descriptor still leads to what the mount has covered.
	mounted, err := target.reopen(t)
	if err != nil {
		return err
	}
	defer mounted.close()
	err = Propagate(t, mounted.path(), mode)
	if err == nil && s.ReadOnly {
		err = readOnly(t, mounted.path(), s.Bind.WritableBelow)
	}
	if err != nil {
		// Better no mount at all than one that may be written to.
		_ = t.Umount(mounted.path(), unix.MNT_DETACH)
	}
	return err
}

func readOnly(t *sys.Tracer, target string, writableBelow bool) error {
	if writableBelow {
		return ReadOnly(t, target)
	}
	return ReadOnlyAll(t, target)
}

// Mounts are what a container's root is to get, in this order.
type Mounts struct {
	// Root is the container's root as the machine sees it.
	Root string `json:"root"`
	// Specs are the bind mounts.
	Specs []Spec `json:"specs"`
}

// AttachAll is a stage: with the sandbox's mounts, but not yet its root, it
// attaches them all.
func AttachAll(c *process.Child, m Mounts) (struct{}, error) {
	// Whoever runs the container's programs must get through the directories
	// that are made for targets, however private the caller's own files are.
	unix.Umask(0o022)
	for _, s := range m.Specs {
		if err := Attach(c.Trace, m.Root, s); err != nil {
			return struct{}{}, err
		}
	}
	return struct{}{}, nil
}
