package doctor

import (
	"bufio"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
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
	f, err := os.Open("/proc/filesystems")
	if err != nil {
		return Finding{What: "overlayfs", Got: err.Error(), Mend: "sudo mount -t proc proc /proc"}
	}
	defer f.Close()
	if knows(f, "overlay") {
		return Finding{What: "overlayfs", OK: true, Got: "/proc/filesystems lists overlay"}
	}
	return Finding{
		What: "overlayfs",
		Got:  "/proc/filesystems does not list overlay; the kernel may have it as a module",
		Mend: "sudo modprobe overlay",
	}
}

// knows reports whether a table like /proc/filesystems lists a file system.
func knows(r io.Reader, fstype string) bool {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		f := strings.Fields(lines.Text())
		if len(f) > 0 && f[len(f)-1] == fstype {
			return true
		}
	}
	return false
}

// seccomp says whether the kernel has filters, and whether we are under one.
func seccomp() Finding {
	const actions = "/proc/sys/kernel/seccomp/actions_avail"
	f := Finding{What: "seccomp", OK: true}
	switch mode := selfStatus().seccomp; {
	case mode == "":
		f.OK = false
		f.Got = "/proc/self/status has no Seccomp: this kernel was built without it"
		f.Mend = "boot a kernel built with CONFIG_SECCOMP_FILTER=y, as Debian's is"
	case mode == seccompFilter:
		f.Got = "this process is under a filter"
	case line(actions) == "":
		f.OK = false
		f.Got = actions + " is not there: this kernel was built without filters"
		f.Mend = "boot a kernel built with CONFIG_SECCOMP_FILTER=y, as Debian's is"
	default:
		f.Got = "filters are possible; this process is under none"
	}
	return f
}
