package network

import (
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Bridge is a network whose members are on one switch, in the network
// namespace of the caller: its host. It is named there: the device, the
// nftables table, and the beginning of each cable's name.
type Bridge struct {
	// Name is the device's, at most 15 bytes.
	Name string
	// Dir is the directory where the file with the addresses is kept.
	Dir string
}

// Endpoint is a member's end of its cable.
type Endpoint struct {
	// Address is the member's own.
	Address netip.Addr `json:"address"`
	// Subnet are the addresses of all members.
	Subnet netip.Prefix `json:"subnet"`
	// Gateway is the bridge's address, by which it reaches everything else.
	Gateway netip.Addr `json:"gateway"`
	// Cable is the name of the cable's end at the host.
	Cable string `json:"cable"`
}

// Device is what a member's end of the cable is called.
const Device = "eth0"

// Up makes the bridge, or what of it is missing: the device with the first
// address of a subnet that no route of the host is for, the nftables table, and
// the forwarding. It changes nothing where all is there.
func (b Bridge) Up(t *sys.Tracer) error {
	return b.update(func(l *leases) error { return b.up(t, l) })
}

func (b Bridge) up(t *sys.Tracer, l *leases) error {
	if _, err := net.InterfaceByName(b.Name); err != nil && len(l.Owners) == 0 {
		// Nobody has an address yet, or any more: the routes may have changed.
		routes, err := Routes()
		if err != nil {
			return err
		}
		if l.Subnet, err = freeSubnet(routes); err != nil {
			return err
		}
		// On disk before it is in the kernel: what a crash leaves has a name.
		if err := b.write(l); err != nil {
			return err
		}
	}
	err := with(t, func(c *Conn) error {
		if err := c.AddBridge(b.Name); err != nil && !errors.Is(err, unix.EEXIST) {
			return err
		}
		if err := c.SetHardware(b.Name, Hardware(l.gateway())); err != nil {
			return err
		}
		address := netip.PrefixFrom(l.gateway(), l.Subnet.Bits())
		if err := c.AddAddress(b.Name, address); err != nil && !errors.Is(err, unix.EEXIST) {
			return err
		}
		return c.Up(b.Name)
	})
	if err != nil {
		return err
	}
	if err := AddNAT(b.Name, l.Subnet); err != nil {
		return err
	}
	changed, err := forward(t, b.Name)
	for _, device := range changed {
		if !slices.Contains(l.Forwarding, device) {
			l.Forwarding = append(l.Forwarding, device)
		}
	}
	return err
}

// Attach makes a network namespace a member: it has an address, a cable to the
// bridge, and a default route. owner is whose it is, such as a container's ID,
// and what Detach is given. Where it fails, nothing is left.
func (b Bridge) Attach(t *sys.Tracer, ns *os.File, owner string) (Endpoint, error) {
	e := Endpoint{Cable: b.cable(owner)}
	err := b.update(func(l *leases) (err error) {
		if err := b.up(t, l); err != nil {
			return err
		}
		e.Subnet, e.Gateway = l.Subnet, l.gateway()
		e.Address, err = l.lease(owner)
		return err
	})
	if err == nil {
		err = b.connect(t, ns, e)
	}
	if err != nil {
		return e, errors.Join(fmt.Errorf("attach %s to network %s: %w", owner, b.Name, err), b.Detach(t, owner))
	}
	return e, nil
}

// connect lays the cable: one end in the bridge, the other inside.
func (b Bridge) connect(t *sys.Tracer, ns *os.File, e Endpoint) error {
	err := with(t, func(c *Conn) error {
		if err := c.AddVeth(e.Cable, Device, ns); err != nil {
			return err
		}
		if err := c.Plug(e.Cable, b.Name); err != nil {
			return err
		}
		if err := c.Hairpin(e.Cable); err != nil {
			return err
		}
		return c.Up(e.Cable)
	})
	if err != nil {
		return err
	}
	if err := In(t, ns, func() error { return Configure(t, e) }); err != nil {
		return err
	}
	return errors.Join(settled(b.Name, e.Cable), In(nil, ns, func() error { return settled(Device) }))
}

// Configure gives a member's own end, in the network namespace that the caller
// is in, its address and the way out.
func Configure(t *sys.Tracer, e Endpoint) error {
	return with(t, func(c *Conn) error {
		if err := c.Up("lo"); err != nil {
			return err
		}
		if err := c.SetHardware(Device, Hardware(e.Address)); err != nil {
			return err
		}
		if err := c.AddAddress(Device, netip.PrefixFrom(e.Address, e.Subnet.Bits())); err != nil {
			return err
		}
		if err := c.Up(Device); err != nil {
			return err
		}
		// The kernel takes a gateway only once it is reachable: last of all.
		return c.AddDefaultRoute(e.Gateway)
	})
}

// Publish leads a port of the host to the member's, for what comes from
// outside and for the host itself, but not for 127.0.0.1.
func (b Bridge) Publish(owner string, ports ...Published) error {
	for _, p := range ports {
		if err := AddDNAT(b.Name, owner, p); err != nil {
			return errors.Join(err, RemoveDNAT(b.Name, owner))
		}
	}
	return nil
}

// Detach takes a member's ports, cable and address away, also of one that has
// ended: the kernel removes a veth with the namespace of either end, but a
// little after it. It may be called again, and for what never was a member.
func (b Bridge) Detach(t *sys.Tracer, owner string) error {
	return errors.Join(
		RemoveDNAT(b.Name, owner),
		remove(t, b.cable(owner)),
		b.update(func(l *leases) error { delete(l.Owners, owner); return nil }),
	)
}

// Keep takes away, after a crash, what the members had that are no more; alive
// tells the others.
func (b Bridge) Keep(t *sys.Tracer, alive func(owner string) bool) error {
	l, err := b.read()
	if err != nil {
		return err
	}
	for owner := range l.Owners {
		if !alive(owner) {
			err = errors.Join(err, b.Detach(t, owner))
		}
	}
	return err
}

// Down takes the bridge away and everything that is named after it, whatever
// the file says, and then the file. The forwarding that Up turned on is turned
// off. Only the lock stays: another may be waiting for it.
func (b Bridge) Down(t *sys.Tracer) error {
	links, err := net.Interfaces()
	if err != nil {
		return fmt.Errorf("list the network devices: %w", err)
	}
	for _, l := range links {
		if l.Name == b.Name || strings.HasPrefix(l.Name, b.cables()) {
			err = errors.Join(err, remove(t, l.Name))
		}
	}
	err = errors.Join(err, RemoveNAT(b.Name), b.update(func(l *leases) error {
		defer func() { *l = leases{} }()
		return unforward(t, l.Forwarding)
	}))
	if err != nil {
		return fmt.Errorf("take network %s down: %w", b.Name, err)
	}
	return nil
}

// cables is what the names of all cables of the bridge begin with.
func (b Bridge) cables() string { return "bh" + digest(b.Name)[:4] }

// cable is the name of an owner's cable at the host: 15 bytes, the most that a
// device's name may have.
func (b Bridge) cable(owner string) string { return b.cables() + digest(owner)[:9] }

func digest(s string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // it never fails
	return hex.EncodeToString(h.Sum(nil))
}

// remove deletes a device, if it is there.
func remove(t *sys.Tracer, name string) error {
	err := with(t, func(c *Conn) error {
		if _, err := net.InterfaceByName(name); err != nil {
			return nil
		}
		return c.Delete(name)
	})
	if err == nil {
		return nil
	}
	// A veth goes with the namespace of its other end, so the kernel may have
	// been quicker, at any of the steps.
	if _, gone := net.InterfaceByName(name); gone != nil || errors.Is(err, unix.ENODEV) {
		return nil
	}
	return err
}
