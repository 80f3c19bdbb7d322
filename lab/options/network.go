package options

import (
	"fmt"

	"byhand/lab/container"
	"byhand/lab/ports"
	"byhand/lab/wire"
)

// network reads --network, -p, -P and --expose. Where nothing is said an
// ordinary user gets what needs no device of the machine's.
func (o Options) network(c *container.Config, _ container.Defaults) error {
	if _, err := ports.Parse(c.Ports...); err != nil {
		return err
	}
	if _, err := ports.ParseExposed(c.Exposed...); err != nil {
		return err
	}
	switch c.Network {
	case container.None, container.Host:
	case "", "default":
		c.Network = wire.Default
		if c.Rootless {
			c.Network = container.Loopback
		}
	case wire.Default:
	case container.Loopback:
		if !c.Rootless {
			return fmt.Errorf("network %s is for who is not root", c.Network)
		}
	default:
		return fmt.Errorf("network %s not found", c.Network)
	}
	return nil
}

// Warnings are what a user should know of a Config that was made of the options
// and is not all that they ask for. Those of Docker's are in its words.
func (o Options) Warnings(c container.Config) []string {
	var list []string
	published := len(c.Ports) > 0 || c.PublishAll
	switch {
	case c.Network == container.Host && published:
		list = append(list, "WARNING: Published ports are discarded when using host network mode")
	}
	return list
}
