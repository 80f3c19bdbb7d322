package doctor

import (
	"context"
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// lent are the attributes of a child that is root in a user namespace of its
// own, with our identity as the only one mapped: all that the kernel lets a
// process without privilege map (user_namespaces(7)).
func lent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}},
	}
}

// refusal is a trial that failed: the stage that it got to, and the error.
type refusal struct {
	stage string
	err   error
}

// stageMaps is the stage in which os/exec, as the parent, maps the identities.
const stageMaps = "write of /proc/PID/uid_map and gid_map"

// String is the evidence, such as "clone(CLONE_NEWUSER): EPERM (...)".
func (r *refusal) String() string { return r.stage + ": " + outcome(r.err) }

// tryUserNamespace makes a user namespace in stages, since os/exec returns the
// same bare errno whichever of the child's calls was refused. The first stage
// makes no namespace: what fails there says nothing about them.
func tryUserNamespace(ctx context.Context) *refusal {
	if err := try(ctx, nil); err != nil {
		return &refusal{"a child in no new namespace", err}
	}
	bare := &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWUSER}
	if err := try(ctx, bare); err != nil {
		return &refusal{"clone(CLONE_NEWUSER)", err}
	}
	if err := try(ctx, lent()); err != nil {
		return &refusal{stageMaps, err}
	}
	// AppArmor may permit the namespace and yet deny every capability in it,
	// so a call that needs one has to be made by the child itself.
	privileged := lent()
	privileged.Unshareflags = unix.CLONE_NEWUTS
	if err := try(ctx, privileged); err != nil {
		return &refusal{"unshare(CLONE_NEWUTS) inside a new user namespace", err}
	}
	return nil
}

// examineUserNamespaces answers for UserNamespaces.
func examineUserNamespaces(ctx context.Context) Finding {
	r := tryUserNamespace(ctx)
	if r == nil {
		return Finding{OK: true, Got: "clone(CLONE_NEWUSER), the maps and a privileged call inside succeeded"}
	}
	return refused(r)
}

// refused turns a refusal into a finding with the cause that the signs point to.
func refused(r *refusal) Finding {
	if errors.Is(r.err, errNoProgram) {
		return Finding{Got: "not known: " + r.err.Error(), Mend: install("coreutils")}
	}
	why, mend := explain(r, lookForSigns())
	return Finding{Got: r.String() + "; " + why, Mend: mend}
}
