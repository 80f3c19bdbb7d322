package options

import (
	"fmt"

	"byhand/lab/container"
	"byhand/lab/wire"
)

// rootless refuses what only root can have done, and says why. What depends on
// the machine, as the limits of cgroups do, is tried.
func (o Options) rootless(c *container.Config, _ container.Defaults) error {
	if !c.Rootless {
		return nil
	}
	for _, r := range []struct {
		asked     bool
		flag, why string
	}{
		{c.Network == wire.Default, "--network " + wire.Default,
			"a bridge is a device of the machine's; without the flag, -p leads to the container's loopback device"},
		{len(o.Limits.DeviceRules) > 0, "--device-cgroup-rule", "the kernel lets only root judge the use of devices"},
	} {
		if r.asked {
			return fmt.Errorf("%s needs root (sudo): %s", r.flag, r.why)
		}
	}
	return nil
}
