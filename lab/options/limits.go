package options

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"byhand/lab/cgroup"
	"byhand/lab/container"
	"byhand/lab/mount"
	"byhand/lab/words"
)

// Limits are the flags that limit a container, as they were written.
type Limits struct {
	CPUs, Memory, MemorySwap string

	CPUShares, PIDs, BlkIOWeight int64

	DeviceRules, ReadBPS, WriteBPS, ReadIOPS, WriteIOPS []string
}

// Apply changes what the flags name and leaves the rest.
func (l Limits) Apply(to *container.Limits) error {
	if l.CPUs != "" {
		cpus, err := strconv.ParseFloat(l.CPUs, 64)
		if err != nil || cpus < 0 {
			return fmt.Errorf("invalid argument %q for \"--cpus\" flag: failed to parse %s as a rational number", l.CPUs, l.CPUs)
		}
		if most := float64(runtime.NumCPU()); cpus != 0 && (cpus < 0.01 || cpus > most) {
			return fmt.Errorf("range of CPUs is from 0.01 to %.2f, as there are only %d CPUs available", most, runtime.NumCPU())
		}
		to.CPUs = cpus
	}
	if l.CPUShares != 0 {
		to.CPUShares = l.CPUShares
	}
	if l.PIDs != 0 {
		to.PIDs = l.PIDs
	}
	if l.BlkIOWeight != 0 {
		if l.BlkIOWeight < 10 || l.BlkIOWeight > 1000 {
			return errors.New("range of blkio weight is from 10 to 1000")
		}
		to.BlkIOWeight = l.BlkIOWeight
	}
	if err := l.memory(to); err != nil {
		return err
	}
	for _, text := range l.DeviceRules {
		rule, err := cgroup.ParseDeviceRule(text)
		if err != nil {
			return fmt.Errorf("invalid device cgroup rule format: '%s'", text)
		}
		to.DeviceRules = append(to.DeviceRules, rule)
	}
	return l.io(to)
}

// memory reads --memory and --memory-swap.
func (l Limits) memory(to *container.Limits) error {
	for _, f := range []struct {
		flag, text string
		into       *int64
	}{{"-m, --memory", l.Memory, &to.Memory}, {"--memory-swap", l.MemorySwap, &to.MemorySwap}} {
		switch size, ok := mount.ParseSize(f.text); {
		case f.text == "":
		case f.text == "-1" && f.into == &to.MemorySwap:
			*f.into = -1
		case !ok:
			return fmt.Errorf("invalid argument %q for \"%s\" flag: invalid size: '%s'", f.text, f.flag, f.text)
		default:
			*f.into = size
		}
	}
	const least = 6 << 20
	switch {
	case to.Memory != 0 && to.Memory < least:
		return words.Error("Minimum memory limit allowed is 6MB")
	case to.MemorySwap > 0 && to.Memory == 0:
		return words.Error("You should always set the Memory limit when using Memoryswap limit, see usage")
	case to.MemorySwap > 0 && to.MemorySwap < to.Memory:
		return words.Error("Minimum memoryswap limit should be larger than memory limit, see usage")
	}
	return nil
}

// io reads the limits of disks: PATH:RATE.
func (l Limits) io(to *container.Limits) error {
	for _, f := range []struct {
		flag  string
		texts []string
		set   func(*cgroup.IOLimit, int64)
		bytes bool
	}{
		{"--device-read-bps", l.ReadBPS, func(io *cgroup.IOLimit, n int64) { io.ReadBytes = n }, true},
		{"--device-write-bps", l.WriteBPS, func(io *cgroup.IOLimit, n int64) { io.WriteBytes = n }, true},
		{"--device-read-iops", l.ReadIOPS, func(io *cgroup.IOLimit, n int64) { io.Reads = n }, false},
		{"--device-write-iops", l.WriteIOPS, func(io *cgroup.IOLimit, n int64) { io.Writes = n }, false},
	} {
		for _, text := range f.texts {
			path, rate, found := strings.Cut(text, ":")
			n, err := strconv.ParseInt(rate, 10, 64)
			if f.bytes {
				var ok bool
				if n, ok = mount.ParseSize(rate); ok {
					err = nil
				}
			}
			if !found || err != nil || n <= 0 || !strings.HasPrefix(path, "/dev/") {
				return fmt.Errorf("invalid argument %q for %q flag: bad format for device path: %s; want /dev/NAME:RATE", text, f.flag, text)
			}
			f.set(to.Disk(path), n)
		}
	}
	return nil
}

// resources reads --device, --ulimit, --shm-size and the limits.
func (o Options) resources(c *container.Config, _ container.Defaults) error {
	c.ShmSize = 64 << 20
	if o.ShmSize != "" {
		size, ok := mount.ParseSize(o.ShmSize)
		if !ok {
			return fmt.Errorf("invalid argument %q for \"--shm-size\" flag: invalid size: '%s'", o.ShmSize, o.ShmSize)
		}
		c.ShmSize = size
	}
	for _, text := range o.Device {
		d, err := container.ParseDevice(text)
		if err != nil {
			return err
		}
		found, err := container.DeviceNodes(d)
		if err != nil {
			return err
		}
		c.Devices = append(c.Devices, found...)
	}
	for _, text := range o.Ulimit {
		u, err := parseUlimit(text)
		if err != nil {
			return fmt.Errorf("invalid argument %q for \"--ulimit\" flag: %w", text, err)
		}
		c.Ulimits = append(c.Ulimits, u)
	}
	return o.Limits.Apply(&c.Limits)
}

// parseUlimit reads NAME=SOFT[:HARD].
func parseUlimit(text string) (container.Ulimit, error) {
	name, values, found := strings.Cut(text, "=")
	u := container.Ulimit{Name: name}
	if !found {
		return u, fmt.Errorf("invalid ulimit argument: %s", text)
	}
	if !container.KnownUlimit(name) {
		return u, fmt.Errorf("invalid ulimit type: %s", name)
	}
	soft, hard, hasHard := strings.Cut(values, ":")
	if !hasHard {
		hard = soft
	}
	var err error
	if u.Soft, err = strconv.ParseInt(soft, 10, 64); err != nil {
		return u, err
	}
	if u.Hard, err = strconv.ParseInt(hard, 10, 64); err != nil {
		return u, err
	}
	if u.Hard != -1 && (u.Soft > u.Hard || u.Soft == -1) {
		return u, fmt.Errorf("ulimit soft limit must be less than or equal to hard limit: %d > %d", u.Soft, u.Hard)
	}
	return u, nil
}

// security reads --cap-add, --cap-drop, --privileged and --security-opt.
func (o Options) security(c *container.Config, _ container.Defaults) error {
	c.Security = container.Security{Privileged: o.Privileged, CapAdd: o.CapAdd, CapDrop: o.CapDrop}
	for _, text := range o.SecurityOpt {
		if err := c.Security.Option(text, os.ReadFile); err != nil {
			return err
		}
	}
	_, err := c.Security.Caps()
	return err
}
