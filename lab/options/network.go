package options

import (
	"fmt"

	"byhand/lab/container"
	"byhand/lab/ports"
	"byhand/lab/wire"
)

// network reads --network, -p, -P and --expose. Without root there is no bridge,
// since its devices would be the machine's.
func (o Options) network(c *container.Config, _ container.Defaults) error {
	if _, err := ports.Parse(c.Ports...); err != nil {
		return err
	}
	if _, err := ports.ParseExposed(c.Exposed...); err != nil {
		return err
	}
	switch c.Network {
	case "none", "host":
	case "", "default", wire.Default:
		c.Network = wire.Default
		if c.Rootless {
			c.Network = "none"
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
	case c.Network == "host" && published:
		list = append(list, "WARNING: Published ports are discarded when using host network mode")
	case c.Rootless && o.Network != "none" && (o.Network != "" || published):
		list = append(list, "WARNING: network bridge needs root (sudo): the container has a loopback device only, and no published ports")
	}
	return list
}
