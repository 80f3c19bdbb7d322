package doctor

import (
	"slices"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
)

// kernelRelease is the kernel's release and the machine's architecture.
func kernelRelease() Finding {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return Finding{What: "kernel", Got: "uname: " + outcome(err), Mend: mendUnknown}
	}
	got := unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Release[:]) +
		" on " + unix.ByteSliceToString(u.Machine[:])
	return Finding{What: "kernel", OK: true, Got: got}
}

// overlay looks for overlayfs, which lessons about layers prefer but can do without.
func overlay() Finding {
	known, err := kernel.FileSystems()
	if err != nil {
		return Finding{What: "overlayfs", Got: err.Error(), Mend: "sudo mount -t proc proc /proc"}
	}
	if slices.Contains(known, "overlay") {
		return Finding{What: "overlayfs", OK: true, Got: "/proc/filesystems lists overlay"}
	}
	return Finding{
		What: "overlayfs",
		Got:  "/proc/filesystems does not list overlay; the kernel may have it as a module",
		Mend: "sudo modprobe overlay",
	}
}

// seccomp says whether the kernel has filters, and whether we are under one.
func seccomp() Finding {
	const actions = "kernel.seccomp.actions_avail"
	const mend = "boot a kernel built with CONFIG_SECCOMP_FILTER=y, as Debian's is"
	s, err := kernel.ReadStatus(0)
	switch {
	case err != nil:
		return Finding{What: "seccomp", Got: "not known: " + err.Error(), Mend: "sudo mount -t proc proc /proc"}
	case s.Seccomp == kernel.NoSeccomp:
		return Finding{What: "seccomp", Got: "/proc/self/status has no Seccomp: this kernel was built without it", Mend: mend}
	case s.Seccomp == unix.SECCOMP_MODE_FILTER:
		return Finding{What: "seccomp", OK: true, Got: "this process is under a filter"}
	case sysctl(actions) == "":
		return Finding{What: "seccomp", Got: "the setting " + actions + " is not there: this kernel was built without filters", Mend: mend}
	}
	return Finding{What: "seccomp", OK: true, Got: "filters are possible; this process is under none"}
}
