package options

import (
	"errors"
	"fmt"

	"byhand/lab/container"
)

// network refuses what the engine would not do: a container has only its own
// loopback device, or the machine's network.
func (o Options) network(c *container.Config, _ container.Defaults) error {
	switch {
	case c.Network == "bridge" || c.Network == "default":
		return fmt.Errorf("network %s: this engine connects no containers yet: use --network none or host; byhand ports makes one by hand", c.Network)
	case c.Network != "none" && c.Network != "host":
		return fmt.Errorf("network %s not found", c.Network)
	case len(c.Ports) > 0 || c.PublishAll:
		return errors.New("publish ports: this engine connects no containers yet, so that there is nothing to lead to; byhand ports does it by hand")
	}
	return nil
}
