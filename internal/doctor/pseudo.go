package doctor

import (
	"context"
	"fmt"
	"strings"

	"byhand/internal/kernel"
)

// examineSixNamespaces answers for SixNamespaces.
func examineSixNamespaces(ctx context.Context) Finding { return tryMount(ctx, "proc", "/proc") }

// examineProcMount answers for ProcMount.
func examineProcMount(ctx context.Context) Finding { return tryMount(ctx, "proc", "/proc") }

// examineSysfsMount answers for SysfsMount.
func examineSysfsMount(ctx context.Context) Finding { return tryMount(ctx, "sysfs", "/sys") }

// tryMount mounts a pseudo file system in the six namespaces and says how it went.
func tryMount(ctx context.Context, fstype, dir string) Finding {
	if r := trySix(ctx); r != nil {
		return refusedSix(ctx, r)
	}
	tool := find("mount")
	if tool == "" {
		return Finding{
			Got:  fmt.Sprintf("six namespaces were made; not known whether %s can be mounted inside, as there is no mount program to try it with", fstype),
			Mend: install("mount"),
		}
	}
	did := fmt.Sprintf("mount -t %s %s %s inside six new namespaces", fstype, fstype, dir)
	// Without -n some versions of mount write to /etc/mtab.
	if err := try(ctx, six(), tool, "-n", "-t", fstype, fstype, dir); err != nil {
		return Finding{
			Got:  did + ": " + outcome(err) + "; " + covers(dir),
			Mend: mendHidden,
		}
	}
	return Finding{OK: true, Got: did + " succeeded"}
}

// mendHidden is what to do where a container engine has hidden parts of proc or sysfs.
const mendHidden = "run byhand in a virtual machine rather than in a container, or start the container with --security-opt systempaths=unconfined"

// covers says from our own mountinfo what is hidden of proc or sysfs.
func covers(dir string) string {
	mounts, err := kernel.Mounts(0)
	if err != nil {
		return "the cause is not known: " + err.Error()
	}
	return hidden(mounts, dir)
}

// hidden says what the kernel holds against a new proc or sysfs: it must not
// show what the old one hides, nor permit writing where that one does not
// (mount_namespaces(7), on mounts that come from a more privileged namespace).
func hidden(mounts []kernel.Mount, dir string) string {
	old, ok := kernel.MountAt(mounts, dir)
	if !ok || old.Target != dir {
		return fmt.Sprintf("nothing is mounted on %s out here, and the kernel permits a new one only where an old one is in full view", dir)
	}
	var why []string
	if old.Has("ro") {
		why = append(why, dir+" is mounted read-only out here")
	}
	var over []string
	for _, m := range mounts {
		if strings.HasPrefix(m.Target, dir+"/") && !emptyByDesign(m.Target) {
			over = append(over, m.Target)
		}
	}
	if over != nil {
		why = append(why, "parts of "+dir+" are covered by other mounts: "+strings.Join(over, " "))
	}
	if why == nil {
		return "the cause is not known: nothing covers any part of " + dir
	}
	return strings.Join(why, "; ")
}

// emptyByDesign reports whether the kernel keeps a directory of proc or sysfs
// empty for something to be mounted there, which then hides nothing.
func emptyByDesign(point string) bool {
	for _, dir := range []string{
		"/proc/sys/fs/binfmt_misc", "/sys/fs/cgroup", "/sys/fs/bpf", "/sys/fs/fuse/connections",
		"/sys/fs/pstore", "/sys/fs/selinux", "/sys/fs/smackfs", "/sys/firmware/efi/efivars",
		"/sys/kernel/config", "/sys/kernel/debug", "/sys/kernel/security", "/sys/kernel/tracing",
	} {
		if point == dir || strings.HasPrefix(point, dir+"/") {
			return true
		}
	}
	return false
}
