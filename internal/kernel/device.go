package kernel

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Device is a device number: of a file system, what stat(2) gives as st_dev of
// the files on it. Those without a block device have major 0.
type Device struct {
	// Major tells the driver, Minor one device of it.
	Major, Minor uint32
}

// DeviceOf takes apart a device number from stat(2), such as st_dev.
func DeviceOf(dev uint64) Device {
	return Device{Major: unix.Major(dev), Minor: unix.Minor(dev)}
}

// String is the device as the kernel writes it, such as "254:0".
func (d Device) String() string { return fmt.Sprintf("%d:%d", d.Major, d.Minor) }

// parseDevice reads a device such as "254:0".
func parseDevice(s string) (Device, error) {
	major, minor, found := strings.Cut(s, ":")
	a, errA := strconv.ParseUint(major, 10, 32)
	b, errB := strconv.ParseUint(minor, 10, 32)
	if !found || errA != nil || errB != nil {
		return Device{}, fmt.Errorf("%q is no device; want major:minor", s)
	}
	return Device{Major: uint32(a), Minor: uint32(b)}, nil
}
