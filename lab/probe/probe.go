// Package probe looks at the world from inside a sandbox: its stages run there
// and change nothing.
package probe

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"byhand/lab/process"
)

// View is what a process inside sees.
type View struct {
	// UID is who it is.
	UID int
	// Hostname is the machine's name.
	Hostname string
	// Root lists the names in "/".
	Root []string
	// PIDs are the processes listed in /proc; none where it is not mounted.
	PIDs []int
	// SysNet are the devices listed in /sys/class/net.
	SysNet []string
	// Links are the network devices, by netlink.
	Links []Link
}

// Link is a network device.
type Link struct {
	// Name is the device's, such as "lo".
	Name string
	// Up tells whether it was set up.
	Up bool
}

// Look is a stage: it returns what it sees.
func Look(*process.Child, struct{}) (View, error) {
	v := View{UID: os.Getuid(), Root: names("/"), SysNet: names("/sys/class/net")}
	for _, name := range names("/proc") {
		if pid, err := strconv.Atoi(name); err == nil {
			v.PIDs = append(v.PIDs, pid)
		}
	}
	slices.Sort(v.PIDs)
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return v, err
	}
	v.Hostname = unix.ByteSliceToString(uts.Nodename[:])
	var err error
	v.Links, err = links()
	return v, err
}

// names lists a directory; one that can't be read has none.
func names(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// links asks the kernel for its network devices (rtnetlink(7), RTM_GETLINK).
func links() ([]Link, error) {
	dump, err := syscall.NetlinkRIB(unix.RTM_GETLINK, unix.AF_UNSPEC)
	if err != nil {
		return nil, err
	}
	messages, err := syscall.ParseNetlinkMessage(dump)
	if err != nil {
		return nil, err
	}
	var list []Link
	for _, m := range messages {
		if m.Header.Type != unix.RTM_NEWLINK {
			continue
		}
		attrs, err := syscall.ParseNetlinkRouteAttr(&m)
		if err != nil {
			return nil, err
		}
		info := (*unix.IfInfomsg)(unsafe.Pointer(&m.Data[0]))
		for _, a := range attrs {
			if a.Attr.Type == unix.IFLA_IFNAME {
				list = append(list, Link{Name: unix.ByteSliceToString(a.Value), Up: info.Flags&unix.IFF_UP != 0})
			}
		}
	}
	return list, nil
}

// Open is a stage: it opens a file to read and returns the error's name, or "opened".
func Open(_ *process.Child, path string) (string, error) { return TryOpen(path), nil }

// TryOpen opens a file to read and returns the error's name, or "opened".
func TryOpen(path string) string {
	f, err := os.Open(path)
	if err == nil {
		f.Close()
		return "opened"
	}
	var errno unix.Errno
	if errors.As(err, &errno) {
		return unix.ErrnoName(errno)
	}
	return err.Error()
}
