package container

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/cgroup"
)

// ParseDevice reads Docker's --device: SOURCE[:TARGET][:ACCESS].
func ParseDevice(text string) (Device, error) {
	part := strings.Split(text, ":")
	d := Device{Source: part[0], Target: part[0], Access: "rwm"}
	switch {
	case len(part) == 3:
		d.Target, d.Access = part[1], part[2]
	case len(part) == 2 && validAccess(part[1]):
		d.Access = part[1]
	case len(part) == 2:
		d.Target = part[1]
	case len(part) > 3:
		return d, fmt.Errorf("invalid device specification: %s", text)
	}
	switch {
	case !validAccess(d.Access):
		return d, fmt.Errorf("invalid device mode: %s", d.Access)
	case d.Source == "" || !path.IsAbs(d.Source) || !path.IsAbs(d.Target):
		return d, fmt.Errorf("%s: a device's path must be absolute: %w", text, errors.ErrUnsupported)
	}
	return d, nil
}

// rule is what the container's cgroup is to allow for the device.
func (d Device) rule() (cgroup.DeviceRule, error) {
	var st unix.Stat_t
	if err := unix.Stat(d.Source, &st); err != nil {
		return cgroup.DeviceRule{}, fmt.Errorf("stat device %s: %w", d.Source, err)
	}
	kind := "c"
	if st.Mode&unix.S_IFMT == unix.S_IFBLK {
		kind = "b"
	}
	number := kernel.DeviceOf(st.Rdev)
	return cgroup.DeviceRule{Type: kind, Major: int64(number.Major), Minor: int64(number.Minor), Access: d.Access}, nil
}
