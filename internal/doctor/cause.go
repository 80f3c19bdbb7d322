package doctor

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
)

// signs are what tells apart the causes behind one and the same errno.
type signs struct {
	// filter is true under a seccomp filter, of whatever kind; filtered where it
	// is seen to refuse user namespaces in the kernel's place.
	filter, filtered bool
	// jail says how it shows that our root is not the mount namespace's; or "".
	jail string
	// admin is true where we hold CAP_SYS_ADMIN, which the two sysctls spare.
	admin bool
	// bareRoot is true for uid 0 without CAP_SETFCAP.
	bareRoot bool
	// debianClone is kernel.unprivileged_userns_clone; or "".
	debianClone string
	// appArmor is kernel.apparmor_restrict_unprivileged_userns; or "".
	appArmor string
	// maxUser is user.max_user_namespaces; or "".
	maxUser string
	// built is true where the kernel has user namespaces at all.
	built bool
}

// lookForSigns reads the signs from this machine.
func lookForSigns() signs {
	s := selfStatus()
	filter := s.Seccomp == unix.SECCOMP_MODE_FILTER
	kinds, err := kernel.Namespaces(0)
	return signs{
		filter:      filter,
		filtered:    filter && filterAnswers(),
		jail:        jailed(),
		admin:       s.CapEff.Has(unix.CAP_SYS_ADMIN),
		bareRoot:    os.Geteuid() == 0 && !s.CapEff.Has(unix.CAP_SETFCAP),
		debianClone: sysctl("kernel.unprivileged_userns_clone"),
		appArmor:    sysctl("kernel.apparmor_restrict_unprivileged_userns"),
		maxUser:     sysctl("user.max_user_namespaces"),
		built:       err != nil || kinds["user"] != "",
	}
}

// What to do about each cause.
const (
	mendFilter   = "run byhand in a virtual machine rather than in a container, or start the container with --security-opt seccomp=unconfined"
	mendJail     = "leave the chroot and run byhand outside it"
	mendClone    = "sudo sysctl -w kernel.unprivileged_userns_clone=1"
	mendArmor    = "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
	mendMax      = "sudo sysctl -w user.max_user_namespaces=15000"
	mendKernel   = "boot a kernel built with CONFIG_USER_NS=y, as Debian's is"
	mendBareRoot = "run byhand as an ordinary user, or give the container the capability with --cap-add SETFCAP"
	mendUnknown  = "look for the refusal in `sudo dmesg`, or run byhand in a virtual machine of its own"
	orSudo       = " (or, for byhand alone: sudo byhand unshare)"
)

// explain says why a user namespace, or a privileged call in one, was refused,
// and what to do. The order is that in which the kernel asks: the seccomp
// filter comes before the call, the limit before the security module.
func explain(r *refusal, s signs) (why, mend string) {
	err := r.err
	switch {
	case s.filtered:
		return "a seccomp filter refuses it, as container engines install", mendFilter
	case !s.built:
		return "this kernel has no user namespaces", mendKernel
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EUSERS):
		return explainLimit(s)
	case !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.EACCES):
		return "the cause is not known", mendUnknown
	case s.debianClone == "0" && !s.admin:
		return "kernel.unprivileged_userns_clone is 0", mendClone + orSudo
	case s.jail != "":
		return "we are inside a chroot, where clone(2) never permits user namespaces: " + s.jail, mendJail
	case s.appArmor != "" && s.appArmor != "0" && !s.admin:
		return "AppArmor forbids it: kernel.apparmor_restrict_unprivileged_userns is " + s.appArmor, mendArmor + orSudo
	case r.stage == stageMaps && s.bareRoot:
		return "uid 0 needs CAP_SETFCAP to be mapped (user_namespaces(7), since Linux 5.12)", mendBareRoot
	case s.filter:
		return "the cause is not known, but a seccomp filter is on this process and may be it", mendFilter
	}
	return "the cause is not known: no filter, chroot, sysctl or limit was found that explains it", mendUnknown
}

// explainLimit says which limit ENOSPC points to.
func explainLimit(s signs) (why, mend string) {
	if s.maxUser == "0" {
		return "user.max_user_namespaces is 0", mendMax
	}
	return "user.max_user_namespaces is " + s.maxUser + " here, so it is used up, or an outer user namespace's limit or the 32 levels of nesting are",
		"end what holds user namespaces (lsns --type user), or " + mendMax
}

// filterAnswers reports whether something other than the kernel's own checks
// refuses unshare(CLONE_NEWUSER). The kernel looks at the flags first, so with
// one that unshare(2) does not know the call does nothing and fails with
// EINVAL; a seccomp filter comes earlier still and answers otherwise.
func filterAnswers() bool {
	err := unix.Unshare(unix.CLONE_NEWUSER | unix.CLONE_PARENT_SETTID)
	return !errors.Is(err, unix.EINVAL)
}
