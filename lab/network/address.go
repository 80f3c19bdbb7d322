package network

import (
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// AddAddress is `ip addr add ADDRESS/BITS dev NAME`. It also makes the route
// to the other addresses of the prefix, through the device.
func (c *Conn) AddAddress(name string, address netip.Prefix) error {
	i, err := index(name)
	if err != nil {
		return err
	}
	err = c.ask(sys.Request{
		Type: unix.RTM_NEWADDR, Flags: create, Head: sys.AddressHead(i, name, address.Bits()),
		Attributes: []sys.Attribute{
			sys.AddressAttribute(unix.IFA_LOCAL, "IFA_LOCAL", address.Addr()),
			sys.AddressAttribute(unix.IFA_ADDRESS, "IFA_ADDRESS", address.Addr()),
		},
	})
	if err != nil {
		return fmt.Errorf("give %s the address %s: %w", name, address, err)
	}
	return nil
}

// AddDefaultRoute is `ip route add default via GATEWAY`: what is for no device
// of one's own goes to the neighbour with that address.
func (c *Conn) AddDefaultRoute(gateway netip.Addr) error {
	err := c.ask(sys.Request{
		Type: unix.RTM_NEWROUTE, Flags: create, Head: sys.RouteHead(0),
		Attributes: []sys.Attribute{sys.AddressAttribute(unix.RTA_GATEWAY, "RTA_GATEWAY", gateway)},
	})
	if err != nil {
		return fmt.Errorf("add the default route via %s: %w", gateway, err)
	}
	return nil
}
