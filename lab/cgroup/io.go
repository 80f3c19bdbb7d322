package cgroup

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Disk is a whole block device, "8:0".
type Disk struct{ Major, Minor uint32 }

// String is how the kernel's files write it.
func (d Disk) String() string { return fmt.Sprintf("%d:%d", d.Major, d.Minor) }

// DiskOf finds the disk that a file is on, or that a device node stands for.
// Limits are of whole disks, so a partition's is looked up.
func DiskOf(path string) (Disk, error) {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return Disk{}, &os.PathError{Op: "stat", Path: path, Err: err}
	}
	dev := st.Dev
	if st.Mode&unix.S_IFMT == unix.S_IFBLK {
		dev = st.Rdev
	}
	disk := Disk{unix.Major(dev), unix.Minor(dev)}
	dir, err := filepath.EvalSymlinks("/sys/dev/block/" + disk.String())
	if err != nil {
		return Disk{}, fmt.Errorf("%s is on %s, which is no block device: %w", path, disk, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "partition")); err == nil {
		dir = filepath.Dir(dir)
	}
	text, err := os.ReadFile(filepath.Join(dir, "dev"))
	if err != nil {
		return Disk{}, err
	}
	_, err = fmt.Sscanf(string(text), "%d:%d", &disk.Major, &disk.Minor)
	return disk, err
}

// IOLimit is how much a group may read from and write to one disk, a second:
// in bytes and in requests. Unlimited and 0 are no limit.
type IOLimit struct{ ReadBytes, WriteBytes, Reads, Writes int64 }

// LimitIO are the changes that set all four limits for one disk:
// blkio.throttle.* on v1, io.max on v2. v1 counts what is written only where
// it bypasses the page cache.
func (g *Group) LimitIO(disk Disk, l IOLimit) Ops {
	return g.set(BlkIO, func(d Dir) Ops {
		if d.Version == 2 {
			text := fmt.Sprintf("%v rbps=%s wbps=%s riops=%s wiops=%s", disk,
				ioText(l.ReadBytes, "max"), ioText(l.WriteBytes, "max"), ioText(l.Reads, "max"), ioText(l.Writes, "max"))
			return Ops{d.write("io.max", text)}
		}
		throttle := func(what string, n int64) Op {
			return d.write("blkio.throttle."+what+"_device", disk.String()+" "+ioText(n, "0"))
		}
		return Ops{
			throttle("read_bps", l.ReadBytes), throttle("write_bps", l.WriteBytes),
			throttle("read_iops", l.Reads), throttle("write_iops", l.Writes),
		}
	})
}

func ioText(n int64, none string) string {
	if n <= 0 {
		return none
	}
	return strconv.FormatInt(n, 10)
}

// IOLimit reads the limits of one disk back; Unlimited is none.
func (g *Group) IOLimit(disk Disk) (IOLimit, error) {
	l := IOLimit{Unlimited, Unlimited, Unlimited, Unlimited}
	d, err := g.Dir(BlkIO)
	if err != nil {
		return l, err
	}
	for _, f := range []struct {
		into   *int64
		v1, v2 string
	}{{&l.ReadBytes, "read_bps", "rbps"}, {&l.WriteBytes, "write_bps", "wbps"}, {&l.Reads, "read_iops", "riops"}, {&l.Writes, "write_iops", "wiops"}} {
		file, key := "blkio.throttle."+f.v1+"_device", ""
		if d.Version == 2 {
			file, key = "io.max", f.v2+"="
		}
		if *f.into, err = d.perDisk(file, disk, key); err != nil {
			return l, err
		}
	}
	return l, nil
}

// perDisk reads the field that starts with key in a disk's line of a file.
func (d Dir) perDisk(file string, disk Disk, key string) (int64, error) {
	text, err := os.ReadFile(filepath.Join(d.Path, file))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] != disk.String() {
			continue
		}
		for _, value := range f[1:] {
			if value, found := strings.CutPrefix(value, key); found {
				return parseNumber(value)
			}
		}
	}
	return Unlimited, nil
}
