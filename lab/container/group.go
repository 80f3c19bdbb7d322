package container

import (
	"errors"
	"fmt"
	"strings"

	"byhand/internal/kernel"
	"byhand/lab/cgroup"
)

// controllers are those that a container's cgroup has where the machine has them.
func controllers() []cgroup.Controller {
	return []cgroup.Controller{
		cgroup.CPU, cgroup.CPUAcct, cgroup.Memory, cgroup.PIDs, cgroup.BlkIO, cgroup.Freezer, cgroup.Devices,
	}
}

// NewGroup says where the container's cgroup is to be: it has every controller
// that is to be had. One that a limit needs and that is not there is an error;
// otherwise it is only left out, and so may all be: then the Group is nil.
func (c Config) NewGroup(name string) (*cgroup.Group, error) {
	needed := c.Limits.controllers()
	var found []cgroup.Controller
	hierarchies, err := kernel.Hierarchies(0)
	if err != nil {
		return nil, fmt.Errorf("find cgroup hierarchies: %w", err)
	}
	for _, controller := range controllers() {
		_, err := cgroup.LocateIn(hierarchies, controller)
		if lack := (*cgroup.LackError)(nil); errors.As(err, &lack) && needed[controller] == "" {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", needed[controller], err)
		}
		found = append(found, controller)
	}
	if len(found) == 0 {
		return nil, nil
	}
	return cgroup.NewIn(hierarchies, name, found...)
}

// controllers are those without which the limits can't be set, and the flag
// that asks for each.
func (l Limits) controllers() map[cgroup.Controller]string {
	needed := map[cgroup.Controller]string{}
	if l.CPUs != 0 || l.CPUShares != 0 {
		needed[cgroup.CPU] = "--cpus"
	}
	if l.Memory != 0 {
		needed[cgroup.Memory] = "--memory"
	}
	if l.PIDs > 0 {
		needed[cgroup.PIDs] = "--pids-limit"
	}
	if l.BlkIOWeight != 0 {
		needed[cgroup.BlkIO] = "--blkio-weight"
	} else if len(l.IO) > 0 {
		needed[cgroup.BlkIO] = "--device-read-bps, --device-write-bps and the like"
	}
	if len(l.DeviceRules) > 0 {
		needed[cgroup.Devices] = "--device-cgroup-rule"
	}
	return needed
}

// Ops are the changes that set the limits in the container's cgroup.
func (l Limits) Ops(g *cgroup.Group) (cgroup.Ops, error) {
	var ops cgroup.Ops
	if l.CPUs != 0 {
		ops = append(ops, g.LimitCPU(cgroup.Percent(100*l.CPUs))...)
	}
	if l.CPUShares != 0 {
		ops = append(ops, g.WeighCPU(l.CPUShares)...)
	}
	if l.Memory != 0 {
		ops = append(ops, g.LimitMemory(l.memory())...)
	}
	if l.PIDs > 0 {
		ops = append(ops, g.LimitPIDs(l.PIDs)...)
	}
	if l.BlkIOWeight != 0 {
		ops = append(ops, g.WeighIO(l.BlkIOWeight)...)
	}
	for _, io := range l.IO {
		disk, err := cgroup.DiskOf(io.Path)
		if err != nil {
			return nil, err
		}
		ops = append(ops, g.LimitIO(disk, io.Limit)...)
	}
	return ops, nil
}

// memory translates: Docker counts memory and swap together, and gives as much
// swap as memory where nothing is said.
func (l Limits) memory() cgroup.MemoryLimit {
	limit := cgroup.MemoryLimit{Bytes: l.Memory, Swap: l.Memory}
	switch {
	case l.MemorySwap < 0:
		limit.Swap = cgroup.Unlimited
	case l.MemorySwap > 0:
		limit.Swap = max(l.MemorySwap-l.Memory, 0)
	}
	return limit
}

// DeviceRules are the devices that the container may use; nil for all.
func (c Config) DeviceRules() ([]cgroup.DeviceRule, error) {
	if c.Security.Privileged {
		return nil, nil
	}
	rules := append(cgroup.DefaultDevices(), c.Limits.DeviceRules...)
	for _, d := range c.Devices {
		rule, err := d.rule()
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

// MakeGroup makes the container's cgroup and sets its limits.
func (c Config) MakeGroup(g *cgroup.Group) error {
	if err := g.Make(nil); err != nil {
		return err
	}
	ops, err := c.Limits.Ops(g)
	if err != nil {
		return err
	}
	if err := ops.Perform(nil); err != nil {
		return err
	}
	rules, err := c.DeviceRules()
	if err != nil || rules == nil {
		return err
	}
	if _, err := g.Dir(cgroup.Devices); err != nil {
		return nil // nobody can be kept from devices here, and mknod is refused
	}
	err = g.AllowOnly(rules).Perform(nil)
	if lack := (*cgroup.LackError)(nil); c.Rootless && errors.As(err, &lack) {
		return nil
	}
	return err
}

// validAccess reports whether an access of --device is made of r, w and m.
func validAccess(access string) bool { return access != "" && strings.Trim(access, "rwm") == "" }
