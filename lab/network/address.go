package network

import (
	"fmt"
	"net"
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

// Hardware is the address that a device has in frames, worked out from the one
// that it has in packets, as Docker does it: whoever was told once where the
// address is goes on reaching whoever has it next.
func Hardware(address netip.Addr) net.HardwareAddr {
	ip := address.As4()
	// The 2 says that nobody's factory gave this one out.
	return append(net.HardwareAddr{0x02, 0x42}, ip[:]...)
}

// SetHardware is `ip link set NAME address ADDRESS`. A device has one made up
// otherwise, a bridge the lowest of its ports', which changes as these come and
// go. Neighbours remember the old one for half a minute, and what they send in
// the meantime is lost.
func (c *Conn) SetHardware(name string, address net.HardwareAddr) error {
	i, err := index(name)
	if err != nil {
		return err
	}
	err = c.ask(sys.Request{
		Type: unix.RTM_NEWLINK, Head: sys.LinkHead(i, name, 0, 0),
		Attributes: []sys.Attribute{sys.HardwareAttribute(unix.IFLA_ADDRESS, "IFLA_ADDRESS", address)},
	})
	if err != nil {
		return fmt.Errorf("give %s the hardware address %s: %w", name, address, err)
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
