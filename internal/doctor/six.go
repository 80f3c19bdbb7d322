package doctor

import (
	"context"
	"syscall"

	"golang.org/x/sys/unix"
)

// six are the attributes of a child in new mount, UTS, IPC, network, PID and
// user namespaces.
func six() *syscall.SysProcAttr {
	attr := lent()
	// The PID namespace has to come from clone(2): unshare(2) would put only
	// the child's own children in it, and proc shows the mounter's.
	attr.Cloneflags |= unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWNET | unix.CLONE_NEWPID
	// Asked for here rather than there, os/exec makes all mounts private too.
	attr.Unshareflags = unix.CLONE_NEWNS
	return attr
}

// trySix makes the six namespaces; where a lesser thing is what is refused,
// the refusal is of that.
func trySix(ctx context.Context) *refusal {
	if r := tryUserNamespace(ctx); r != nil {
		return r
	}
	if err := try(ctx, six()); err != nil {
		return &refusal{"six namespaces at once", err}
	}
	return nil
}

// refusedSix is refused, with the limit named where a namespace other than the
// user namespace ran into one.
func refusedSix(ctx context.Context, r *refusal) Finding {
	if r.stage != "six namespaces at once" {
		return refused(r)
	}
	for _, k := range kinds() {
		if k.flag == unix.CLONE_NEWUSER || k.flag&sixFlags == 0 {
			continue
		}
		if f := k.make(ctx); !f.OK {
			f.Got = r.String() + "; " + f.What + ": " + f.Got
			return f
		}
	}
	return refused(r)
}

// sixFlags are the namespaces that the unshare lesson makes.
const sixFlags = unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWUSER
