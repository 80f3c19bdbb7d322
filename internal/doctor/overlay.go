package doctor

import (
	"context"

	"golang.org/x/sys/unix"
)

// overlayTrial mounts an overlay in memory, so that it depends on nothing that
// the machine has.
const overlayTrial = `mount -n -t tmpfs tmpfs /tmp && mkdir /tmp/l /tmp/u /tmp/w /tmp/m &&
  mount -n -t overlay -o lowerdir=/tmp/l,upperdir=/tmp/u,workdir=/tmp/w,userxattr overlay /tmp/m`

// examineOverlay answers for Overlay.
func examineOverlay(ctx context.Context) Finding {
	attr := lent()
	attr.Unshareflags = unix.CLONE_NEWNS // makes all mounts private too
	if err := try(ctx, attr); err != nil {
		return examineUserNamespaces(ctx)
	}
	shell := find("sh")
	if shell == "" || find("mount") == "" {
		return Finding{Got: "there is no mount program to try it with", Mend: install("mount")}
	}
	const did = "mount -t overlay in a new user namespace"
	if err := try(ctx, attr, shell, "-c", overlayTrial); err != nil {
		return Finding{Got: did + ": " + outcome(err), Mend: "it takes Linux 5.11, and the module overlay: sudo modprobe overlay"}
	}
	return Finding{OK: true, Got: did + " succeeded"}
}
