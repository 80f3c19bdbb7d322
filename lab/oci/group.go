package oci

import (
	"errors"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"

	"byhand/lab/cgroup"
)

// controllers are all that a container may be limited by.
func controllers() []cgroup.Controller {
	return []cgroup.Controller{
		cgroup.CPU, cgroup.CPUAcct, cgroup.Memory, cgroup.PIDs, cgroup.BlkIO, cgroup.Freezer, cgroup.Devices,
	}
}

// groupOf says where the container's cgroup is: at linux.cgroupsPath below each
// hierarchy, or at a name of its own where that says nothing. Another store may
// have a container of the same id, so that the store's directory is in the name.
func groupOf(spec *specs.Spec, dir string) (*cgroup.Group, error) {
	path := spec.Linux.CgroupsPath
	if strings.Count(path, ":") == 2 && !strings.HasPrefix(path, "/") {
		return nil, fmt.Errorf("linux.cgroupsPath %q is systemd's: have the engine use cgroupfs (for Podman: --cgroup-manager=cgroupfs)", path)
	}
	if path == "" {
		sum := fnv.New32a()
		_, _ = sum.Write([]byte(dir)) // it never fails
		path = fmt.Sprintf("/byhand-oci/%s-%08x", filepath.Base(dir), sum.Sum32())
	}
	return cgroup.Below(path, controllers()...)
}

// setLimits writes linux.resources into the group.
func setLimits(g *cgroup.Group, r *specs.LinuxResources) error {
	if r == nil {
		return nil
	}
	var ops cgroup.Ops
	if c := r.CPU; c != nil {
		ops = append(ops, cpuOps(g, c)...)
	}
	if m := r.Memory; m != nil {
		ops = append(ops, memoryOps(g, m)...)
	}
	if r.Pids != nil && r.Pids.Limit != nil && *r.Pids.Limit != 0 {
		ops = append(ops, g.LimitPIDs(pidsLimit(*r.Pids.Limit))...)
	}
	if b := r.BlockIO; b != nil {
		ops = append(ops, blockOps(g, b)...)
	}
	if err := ops.Perform(nil); err != nil {
		return fmt.Errorf("linux.resources: %w", err)
	}
	if err := unified(g, r.Unified); err != nil {
		return fmt.Errorf("linux.resources.unified: %w", err)
	}
	rules, err := deviceRules(r.Devices)
	if err != nil || rules == nil {
		return err
	}
	if err := g.AllowOnly(rules).Perform(nil); err != nil {
		return fmt.Errorf("linux.resources.devices: %w", err)
	}
	return nil
}

func pidsLimit(n int64) int64 {
	if n < 0 {
		return cgroup.Unlimited
	}
	return n
}

func cpuOps(g *cgroup.Group, c *specs.LinuxCPU) (ops cgroup.Ops) {
	if c.Shares != nil && *c.Shares != 0 {
		ops = append(ops, g.WeighCPU(int64(*c.Shares))...)
	}
	if c.Quota != nil || c.Period != nil {
		b := cgroup.Bandwidth{Quota: cgroup.Unlimited}
		if c.Period != nil && *c.Period != 0 {
			b.Period = time.Duration(*c.Period) * time.Microsecond
		}
		if c.Quota != nil && *c.Quota > 0 {
			b.Quota = time.Duration(*c.Quota) * time.Microsecond
		}
		ops = append(ops, g.LimitCPU(b)...)
	}
	return ops
}

func memoryOps(g *cgroup.Group, m *specs.LinuxMemory) cgroup.Ops {
	ops := memoryFiles(g, m)
	if m.Limit == nil && m.Swap == nil {
		return ops
	}
	limit := cgroup.MemoryLimit{Bytes: cgroup.Unlimited, Swap: cgroup.Unlimited}
	if m.Limit != nil && *m.Limit > 0 {
		limit.Bytes = *m.Limit
	}
	// memory.swap is memory and swap together.
	if m.Swap != nil && *m.Swap > 0 && limit.Bytes > 0 {
		limit.Swap = max(*m.Swap-limit.Bytes, 0)
	}
	return append(g.LimitMemory(limit), ops...)
}

// memoryFiles are the settings that only OCI's configurations know: each a file
// of v1, and the first of v2 too. A kernel may lack those of its own memory.
func memoryFiles(g *cgroup.Group, m *specs.LinuxMemory) (ops cgroup.Ops) {
	d, err := g.Dir(cgroup.Memory)
	if err != nil {
		return nil // LimitMemory says so
	}
	write := func(file string, value int64) {
		ops = append(ops, cgroup.Op{
			Verb: cgroup.Write, Path: filepath.Join(d.Path, file), Text: strconv.FormatInt(value, 10), Lenient: true,
		})
	}
	if d.Version == 2 {
		if m.Reservation != nil {
			write("memory.low", *m.Reservation)
		}
		return ops
	}
	if m.Reservation != nil {
		write("memory.soft_limit_in_bytes", *m.Reservation)
	}
	//lint:ignore SA1019 configurations still have it, and older kernels heed it
	if kernel := m.Kernel; kernel != nil {
		write("memory.kmem.limit_in_bytes", *kernel)
	}
	if m.KernelTCP != nil {
		write("memory.kmem.tcp.limit_in_bytes", *m.KernelTCP)
	}
	if m.Swappiness != nil {
		write("memory.swappiness", int64(*m.Swappiness))
	}
	if m.DisableOOMKiller != nil && *m.DisableOOMKiller {
		write("memory.oom_control", 1)
	}
	return ops
}

func blockOps(g *cgroup.Group, b *specs.LinuxBlockIO) (ops cgroup.Ops) {
	if b.Weight != nil && *b.Weight != 0 {
		ops = append(ops, g.WeighIO(int64(*b.Weight))...)
	}
	limits := map[cgroup.Disk]*cgroup.IOLimit{}
	var order []cgroup.Disk
	add := func(devices []specs.LinuxThrottleDevice, set func(*cgroup.IOLimit, int64)) {
		for _, d := range devices {
			disk := cgroup.Disk{Major: uint32(d.Major), Minor: uint32(d.Minor)}
			if limits[disk] == nil {
				limits[disk] = &cgroup.IOLimit{}
				order = append(order, disk)
			}
			set(limits[disk], int64(d.Rate))
		}
	}
	add(b.ThrottleReadBpsDevice, func(l *cgroup.IOLimit, n int64) { l.ReadBytes = n })
	add(b.ThrottleWriteBpsDevice, func(l *cgroup.IOLimit, n int64) { l.WriteBytes = n })
	add(b.ThrottleReadIOPSDevice, func(l *cgroup.IOLimit, n int64) { l.Reads = n })
	add(b.ThrottleWriteIOPSDevice, func(l *cgroup.IOLimit, n int64) { l.Writes = n })
	for _, disk := range order {
		ops = append(ops, g.LimitIO(disk, *limits[disk])...)
	}
	return ops
}

// unified writes v2 files by their names.
func unified(g *cgroup.Group, files map[string]string) error {
	if len(files) == 0 {
		return nil
	}
	for _, d := range g.Dirs {
		if d.Version != 2 {
			continue
		}
		var ops cgroup.Ops
		for name, text := range files {
			if name != filepath.Base(name) || !strings.Contains(name, ".") {
				return fmt.Errorf("%q is no file of a cgroup", name)
			}
			ops = append(ops, cgroup.Op{Verb: cgroup.Write, Path: filepath.Join(d.Path, name), Text: text})
		}
		return ops.Perform(nil)
	}
	return errors.New("this machine has no cgroup v2")
}

// deviceRules are the devices that may be used: what the configuration allows
// since its last word that denies everything, and those of every container. Nil
// is all.
func deviceRules(list []specs.LinuxDeviceCgroup) ([]cgroup.DeviceRule, error) {
	all := func(d specs.LinuxDeviceCgroup) bool {
		return (d.Type == "" || d.Type == "a") && d.Major == nil && d.Minor == nil
	}
	deny := -1
	for i, d := range list {
		switch {
		case all(d) && d.Allow:
			deny = -1
		case all(d):
			deny = i
		case !d.Allow:
			return nil, fmt.Errorf("linux.resources.devices[%d]: a rule that denies some devices only is not supported", i)
		}
	}
	if deny < 0 {
		return nil, nil
	}
	var rules []cgroup.DeviceRule
	for _, d := range list[deny+1:] {
		number := func(n *int64) string {
			if n == nil || *n < 0 {
				return "*"
			}
			return strconv.FormatInt(*n, 10)
		}
		kind := d.Type
		if kind == "" {
			kind = "a"
		}
		rule, err := cgroup.ParseDeviceRule(kind + " " + number(d.Major) + ":" + number(d.Minor) + " " + d.Access)
		if err != nil {
			return nil, fmt.Errorf("linux.resources.devices: %w", err)
		}
		rules = append(rules, rule)
	}
	for _, rule := range cgroup.DefaultDevices() {
		if !slices.Contains(rules, rule) {
			rules = append(rules, rule)
		}
	}
	return rules, nil
}
