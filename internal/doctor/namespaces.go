package doctor

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
)

// kind is one kind of namespace.
type kind struct {
	// name is that of the link in /proc/PID/ns.
	name string
	// flag is what asks clone(2) or unshare(2) for it.
	flag uintptr
	// required is true where the course makes one.
	required bool
}

// kinds lists every kind of namespaces(7).
func kinds() []kind {
	return []kind{
		{"mnt", unix.CLONE_NEWNS, true},
		{"uts", unix.CLONE_NEWUTS, true},
		{"ipc", unix.CLONE_NEWIPC, true},
		{"net", unix.CLONE_NEWNET, true},
		{"pid", unix.CLONE_NEWPID, true},
		{"user", unix.CLONE_NEWUSER, true},
		{"cgroup", unix.CLONE_NEWCGROUP, false},
		{"time", unix.CLONE_NEWTIME, false},
	}
}

// namespaces examines each kind on its own.
func namespaces(ctx context.Context) []Finding {
	var all []Finding
	for _, k := range kinds() {
		f := k.make(ctx)
		f.What, f.Required = k.what(), k.required
		all = append(all, f)
	}
	return all
}

// what titles a kind's finding.
func (k kind) what() string { return "namespace " + k.name }

// make tries to make one in a child: as we are, and then as root of a user
// namespace, as the lessons do.
func (k kind) make(ctx context.Context) Finding {
	link := "/proc/self/ns/" + k.name
	if links, err := kernel.Namespaces(0); err == nil && links[k.name] == "" {
		return Finding{
			Got:  link + " is not there: this kernel was built without it",
			Mend: "boot a newer kernel, or one built with it, as Debian's is",
		}
	}
	if k.flag == unix.CLONE_NEWUSER {
		return examineUserNamespaces(ctx)
	}
	// The flag goes to unshare(2) since clone(2) has no bit left for
	// CLONE_NEWTIME: it lies in the byte of the exit signal.
	own := try(ctx, &syscall.SysProcAttr{Unshareflags: k.flag})
	if own == nil {
		return Finding{OK: true, Got: link + " is there, and a new one was made in a child"}
	}
	if limited(own) {
		return k.limit(own)
	}
	if r := tryUserNamespace(ctx); r != nil {
		f := refused(r)
		f.Got = fmt.Sprintf("unshare in a child: %s; %s", outcome(own), f.Got)
		return f
	}
	inside := lent()
	inside.Unshareflags = k.flag
	err := try(ctx, inside)
	if err == nil {
		return Finding{OK: true, Got: link + " is there, and a new one was made in a child that is root in a new user namespace"}
	}
	if limited(err) {
		return k.limit(err)
	}
	return refused(&refusal{"unshare inside a new user namespace", err})
}

// limited reports whether the kernel said that there are too many already.
func limited(err error) bool { return errors.Is(err, unix.ENOSPC) }

// limit is the finding for a kind of which no more may be made (namespaces(7),
// on /proc/sys/user).
func (k kind) limit(err error) Finding {
	name := fmt.Sprintf("user.max_%s_namespaces", k.name)
	return Finding{
		Got:  fmt.Sprintf("unshare in a child: %s; %s is %s", outcome(err), name, sysctl(name)),
		Mend: fmt.Sprintf("sudo sysctl -w %s=15000", name),
	}
}
