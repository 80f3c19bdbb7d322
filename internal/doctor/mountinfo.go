package doctor

import (
	"bufio"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// mount is a line of /proc/PID/mountinfo, with the fields that are of use here.
type mount struct {
	// id is unique in the whole system while the mount lasts.
	id string
	// point is the mount point as seen from the reader's root.
	point string
	// options are the mount's own, superOptions its file system's.
	options, superOptions []string
	fstype                string
}

// parseMountinfo reads the format of proc_pid_mountinfo(5). Lines that don't
// have it are passed over.
func parseMountinfo(r io.Reader) []mount {
	var mounts []mount
	for lines := bufio.NewScanner(r); lines.Scan(); {
		f := strings.Fields(lines.Text())
		// Optional fields end at a hyphen, and start at the seventh.
		dash := slices.Index(f, "-")
		if dash < 6 || len(f) < dash+4 {
			continue
		}
		mounts = append(mounts, mount{
			id:           f[0],
			point:        unescape(f[4]),
			options:      strings.Split(f[5], ","),
			fstype:       f[dash+1],
			superOptions: strings.Split(f[dash+3], ","),
		})
	}
	return mounts
}

// unescape undoes the kernel's octal notation of space, tab, newline and
// backslash in paths.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+4 <= len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// mountsOf returns the mounts that process pid sees, or none where it can't be read.
func mountsOf(pid string) []mount {
	f, err := os.Open("/proc/" + pid + "/mountinfo")
	if err != nil {
		return nil
	}
	defer f.Close()
	return parseMountinfo(f)
}

// topmost returns the mount that shows at a mount point: of several on one
// point the last covers the others.
func topmost(mounts []mount, point string) (mount, bool) {
	for _, m := range slices.Backward(mounts) {
		if m.point == point {
			return m, true
		}
	}
	return mount{}, false
}
