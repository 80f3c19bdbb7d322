package container

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"byhand/lab/mount"
	"byhand/lab/sys"
)

// masked are the files and directories of proc and sys that tell of the
// machine or reach into it, and readOnly those that set it up: Docker's lists
// (moby/moby daemon/pkg/oci/defaults.go).
var (
	masked = []string{
		"/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
		"/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi",
		"/sys/firmware", "/sys/devices/virtual/powercap",
	}
	readOnly = []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}
)

// cover hides the masked paths beneath something empty and makes the others
// refuse writes. They are the kernel's, so the paths hold no links of the
// image's.
func (b *builder) cover() error {
	if b.Config.Security.Privileged {
		return nil
	}
	for _, path := range masked {
		if err := Mask(b.t, path); err != nil {
			return err
		}
	}
	for _, path := range readOnly {
		if err := Protect(b.t, path); err != nil {
			return err
		}
	}
	return nil
}

// Protect makes a path of the root that we are in refuse writes, if it is there.
func Protect(t *sys.Tracer, path string) error {
	// A second mount of the same, since only a mount can be read-only.
	err := mount.Bind(t, path, path, true)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return err
	}
	return mount.ReadOnly(t, path)
}

// Mask puts the null device over a file, and an empty tmpfs over a directory.
func Mask(t *sys.Tracer, path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil: // this kernel hasn't got it, or it is closed anyway
		return nil
	case info.IsDir():
		return t.Mount("tmpfs", path, "tmpfs", unix.MS_RDONLY, "")
	}
	return mount.Bind(t, "/dev/null", path, false)
}
