package vm

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Cgroup is the version of cgroups that a machine's systemd mounts.
type Cgroup int

// The versions: one hierarchy, or one for each controller.
const (
	CgroupV2 Cgroup = iota
	CgroupV1
)

// String returns "v2" or "v1".
func (c Cgroup) String() string {
	if c == CgroupV1 {
		return "v1"
	}
	return "v2"
}

// kernelLine adds to the kernel's command line what makes systemd choose.
func (c Cgroup) kernelLine() string {
	if c == CgroupV1 {
		// From systemd 256 on, the second word allows the first.
		return kernelLine + " systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"
	}
	return kernelLine + " systemd.unified_cgroup_hierarchy=1"
}

// fsType is what stat(1) calls the file system at /sys/fs/cgroup.
func (c Cgroup) fsType() string {
	if c == CgroupV1 {
		return "tmpfs"
	}
	return "cgroup2fs"
}

// ErrNoCgroupV1 is the error where the distribution's systemd does without v1.
var ErrNoCgroupV1 = errors.New("this distribution's systemd no longer mounts cgroup v1")

// bootTime is the longest that a boot may take.
const bootTime = 10 * time.Minute

// Warm boots the machine and stores its state, if that is not stored yet.
func (i *Image) Warm(ctx context.Context, cgroup Cgroup) error {
	held, err := hold(ctx, filepath.Join(i.cache, "lock"), exclusive)
	if err != nil {
		return err
	}
	defer held.Close()
	name, err := i.state(ctx, cgroup)
	if err != nil {
		return err
	}
	if _, err := os.Stat(i.path(name + ".state")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	i.progress("boot a machine with cgroup " + cgroup.String())
	begun := time.Now()
	ctx, cancel := context.WithTimeout(ctx, bootTime)
	defer cancel()
	if err := i.boot(ctx, cgroup, name); err != nil {
		return fmt.Errorf("boot a machine with cgroup %s: %w", cgroup, err)
	}
	i.progress(fmt.Sprintf("stored the booted machine after %.0f s", time.Since(begun).Seconds()))
	return nil
}

// state names the files of a stored machine. Another version of QEMU would not
// read what this one stored.
func (i *Image) state(ctx context.Context, cgroup Cgroup) (string, error) {
	version, err := output(ctx, "qemu-system-x86_64", "--version")
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(version))
	return cgroup.String() + "-" + hex.EncodeToString(sum[:4]), nil
}

// boot boots the machine on a disk of its own, NAME.qcow2, above the image's,
// and stores its state as NAME.state. That comes last, and only whole.
func (i *Image) boot(ctx context.Context, cgroup Cgroup, name string) error {
	disk, state, half := name+".qcow2", name+".state", name+".half"
	defer os.Remove(i.path(half))
	create := exec.CommandContext(ctx, "qemu-img", "create", "-q", "-f", "qcow2", "-b", fileDisk, "-F", "raw", disk)
	create.Dir = i.Dir
	if err := quietly(create); err != nil {
		return err
	}
	temp, err := newTemp()
	if err != nil {
		return err
	}
	defer temp.remove()
	m, err := start(ctx, i.Dir, temp.dir, i.drives(cgroup, temp, "file="+disk+",format=qcow2")...)
	if err != nil {
		return err
	}
	defer m.end()
	line, err := bufio.NewReader(m.control).ReadString('\n')
	if err != nil {
		return fmt.Errorf("it did not come up: %w: %w\n%s", context.Cause(ctx), err, m.log())
	}
	if want := "ready " + cgroup.fsType() + " running"; strings.TrimSpace(line) != want {
		if cgroup == CgroupV1 && strings.HasPrefix(line, "ready "+CgroupV2.fsType()) {
			return ErrNoCgroupV1
		}
		return fmt.Errorf("it says %q; want %q\n%s", line, want, m.log())
	}
	q, err := newQMP(m)
	if err != nil {
		return err
	}
	if err := q.store(ctx, half); err != nil {
		return err
	}
	m.end()
	return os.Rename(i.path(half), i.path(state))
}

// drives are QEMU's arguments for the kernel and the two drives: the machine's
// disk, and the payload.
func (i *Image) drives(cgroup Cgroup, t temp, disk string) []string {
	return []string{"-kernel", fileKernel, "-initrd", fileInitrd, "-append", cgroup.kernelLine(),
		"-drive", disk + ",if=none,id=disk,cache=unsafe", "-device", "virtio-blk-pci,drive=disk",
		"-drive", "file=" + t.payload() + ",format=raw,if=none,id=payload,cache=unsafe,readonly=on", "-device", "virtio-blk-pci,drive=payload"}
}
