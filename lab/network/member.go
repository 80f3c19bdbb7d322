package network

import (
	"fmt"
	"net/netip"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"byhand/lab/process"
)

// What follows are stages: what Bridge does in one, a step at a time. Each runs
// in the network namespace of the host, and gets the member's as its first file.

// Stay is a stage: it sets up lo and becomes a program that stays.
func Stay(c *process.Child, argv []string) (struct{}, error) {
	if err := Loopback(c.Trace); err != nil {
		return struct{}{}, err
	}
	return struct{}{}, c.Trace.Execve(argv[0], argv, os.Environ())
}

// Alone is a stage: it leaves for a network namespace of its own, sets up the
// only device there, and becomes a program that stays.
func Alone(c *process.Child, argv []string) (struct{}, error) {
	// execve(2) takes along the namespaces of the thread that calls it.
	runtime.LockOSThread()
	if err := c.Trace.Unshare(unix.CLONE_NEWNET); err != nil {
		return struct{}{}, err
	}
	return Stay(c, argv)
}

// Uplink is a cable between two hosts.
type Uplink struct {
	// Name is the cable's end here.
	Name string
	// Here and There are the addresses of the ends.
	Here, There netip.Prefix
}

// Connect is a stage: it connects the host with another one.
func Connect(c *process.Child, u Uplink) (struct{}, error) {
	err := with(c.Trace, func(n *Conn) error {
		if err := n.AddVeth(u.Name, Device, c.Files[0]); err != nil {
			return err
		}
		if err := n.AddAddress(u.Name, u.Here); err != nil {
			return err
		}
		return n.Up(u.Name)
	})
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, In(c.Trace, c.Files[0], func() error {
		return with(c.Trace, func(n *Conn) error {
			if err := n.AddAddress(Device, u.There); err != nil {
				return err
			}
			return n.Up(Device)
		})
	})
}

// Cable says which devices a cable is laid between.
type Cable struct {
	// Bridge is the switch.
	Bridge string
	// Name is the cable's end there.
	Name string
}

// Switch is a stage: it makes a bridge and sets it up.
func Switch(c *process.Child, name string) (struct{}, error) {
	return struct{}{}, with(c.Trace, func(n *Conn) error {
		if err := n.AddBridge(name); err != nil {
			return err
		}
		return n.Up(name)
	})
}

// Lay is a stage: it lays a cable from a bridge to the member.
func Lay(c *process.Child, cable Cable) (struct{}, error) {
	member := c.Files[0]
	err := with(c.Trace, func(n *Conn) error {
		if err := n.AddVeth(cable.Name, Device, member); err != nil {
			return err
		}
		if err := n.Plug(cable.Name, cable.Bridge); err != nil {
			return err
		}
		return n.Up(cable.Name)
	})
	if err != nil {
		return struct{}{}, err
	}
	err = In(c.Trace, member, func() error {
		return with(c.Trace, func(n *Conn) error { return n.Up(Device) })
	})
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, settled(cable.Name, cable.Bridge)
}

// Plan are the addresses of a bridge and of a member.
type Plan struct {
	// Bridge is the switch.
	Bridge string
	// Gateway is its own address.
	Gateway netip.Prefix
	// Member is the member's.
	Member netip.Prefix
}

// Address is a stage: it gives both their addresses, and the member the way out.
func Address(c *process.Child, p Plan) (struct{}, error) {
	err := with(c.Trace, func(n *Conn) error { return n.AddAddress(p.Bridge, p.Gateway) })
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, In(c.Trace, c.Files[0], func() error {
		return with(c.Trace, func(n *Conn) error {
			if err := n.AddAddress(Device, p.Member); err != nil {
				return err
			}
			return n.AddDefaultRoute(p.Gateway.Addr())
		})
	})
}

// LetOut is a stage: the host hands on what comes in by one device and is for
// another, and what leaves the bridge's subnet leaves under its own address.
// It is for a network namespace of one's own: ip_forward is for all devices.
func LetOut(c *process.Child, p Plan) (struct{}, error) {
	if err := c.Trace.WriteFile(sysctls+"ip_forward", "1"); err != nil {
		return struct{}{}, fmt.Errorf("forward: %w", err)
	}
	return struct{}{}, AddNAT(p.Bridge, p.Gateway.Masked())
}

// Lead is what Publish is given.
type Lead struct {
	// Bridge is the switch.
	Bridge string
	// Port is where it leads from and to.
	Port Published
}

// Publish is a stage: a port of the host leads to one of the member.
func Publish(_ *process.Child, l Lead) (struct{}, error) {
	return struct{}{}, AddDNAT(l.Bridge, Device, l.Port)
}
