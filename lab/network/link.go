package network

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// create has a request make something new, and fail where it is there already.
const create = unix.NLM_F_CREATE | unix.NLM_F_EXCL

// vethPeer is VETH_INFO_PEER of linux/veth.h.
const vethPeer = 1

// named is the attribute that gives a device its name.
func named(name string) sys.Attribute {
	return sys.StringAttribute(unix.IFLA_IFNAME, "IFLA_IFNAME", name)
}

// kind is the attribute that says what a new device is.
func kind(name string, more ...sys.Attribute) sys.Attribute {
	list := append([]sys.Attribute{sys.StringAttribute(unix.IFLA_INFO_KIND, "IFLA_INFO_KIND", name)}, more...)
	return sys.NestedAttribute(unix.IFLA_LINKINFO, "IFLA_LINKINFO", sys.Head{}, list...)
}

// AddBridge is `ip link add NAME type bridge`: a switch without a port yet.
func (c *Conn) AddBridge(name string) error {
	err := c.ask(sys.Request{
		Type: unix.RTM_NEWLINK, Flags: create, Head: sys.LinkHead(0, "", 0, 0),
		Attributes: []sys.Attribute{named(name), kind("bridge")},
	})
	if err != nil {
		return fmt.Errorf("add bridge %s: %w", name, err)
	}
	return nil
}

// AddVeth is `ip link add NAME type veth peer name PEER netns NS`: a cable with
// two ends. One is here; the other is born in the namespace ns, so that it
// never has a name here that could collide.
func (c *Conn) AddVeth(name, peer string, ns *os.File) error {
	fd := uint32(ns.Fd())
	other := sys.NestedAttribute(vethPeer, "VETH_INFO_PEER", sys.LinkHead(0, "", 0, 0),
		named(peer), sys.NumberAttribute(unix.IFLA_NET_NS_FD, "IFLA_NET_NS_FD", fd, fmt.Sprint(fd)))
	data := sys.NestedAttribute(unix.IFLA_INFO_DATA, "IFLA_INFO_DATA", sys.Head{}, other)
	err := c.ask(sys.Request{
		Type: unix.RTM_NEWLINK, Flags: create, Head: sys.LinkHead(0, "", 0, 0),
		Attributes: []sys.Attribute{named(name), kind("veth", data)},
	})
	if err != nil {
		return fmt.Errorf("add veth %s, with the other end %s in another namespace: %w", name, peer, err)
	}
	return nil
}

// Plug is `ip link set NAME master BRIDGE`: the device becomes a port of it.
func (c *Conn) Plug(name, bridge string) error {
	i, err := index(name)
	if err != nil {
		return err
	}
	master, err := index(bridge)
	if err != nil {
		return err
	}
	err = c.ask(sys.Request{
		Type: unix.RTM_NEWLINK, Head: sys.LinkHead(i, name, 0, 0),
		Attributes: []sys.Attribute{sys.NumberAttribute(unix.IFLA_MASTER, "IFLA_MASTER", uint32(master), fmt.Sprint(master))},
	})
	if err != nil {
		return fmt.Errorf("plug %s into bridge %s: %w", name, bridge, err)
	}
	return nil
}

// Hairpin is `ip link set NAME type bridge_slave hairpin on`: the bridge may
// send a frame back by the port that it came from. It has to where a member
// calls its own published port, and the kernel's br_netfilter, in whose view a
// bridge is no router, has turned the packet around.
func (c *Conn) Hairpin(name string) error {
	i, err := index(name)
	if err != nil {
		return err
	}
	mode := sys.NestedAttribute(unix.IFLA_INFO_SLAVE_DATA, "IFLA_INFO_SLAVE_DATA", sys.Head{},
		sys.ByteAttribute(unix.IFLA_BRPORT_MODE, "IFLA_BRPORT_MODE", 1))
	slave := sys.NestedAttribute(unix.IFLA_LINKINFO, "IFLA_LINKINFO", sys.Head{},
		sys.StringAttribute(unix.IFLA_INFO_SLAVE_KIND, "IFLA_INFO_SLAVE_KIND", "bridge"), mode)
	err = c.ask(sys.Request{Type: unix.RTM_NEWLINK, Head: sys.LinkHead(i, name, 0, 0), Attributes: []sys.Attribute{slave}})
	if err != nil {
		return fmt.Errorf("turn hairpin on at %s: %w", name, err)
	}
	return nil
}

// Up is `ip link set NAME up`. A device is down when it is new.
func (c *Conn) Up(name string) error {
	i, err := index(name)
	if err != nil {
		return err
	}
	if err := c.ask(sys.Request{Type: unix.RTM_NEWLINK, Head: sys.LinkHead(i, name, unix.IFF_UP, unix.IFF_UP)}); err != nil {
		return fmt.Errorf("set %s up: %w", name, err)
	}
	return nil
}

// Delete is `ip link del NAME`. A veth's other end goes with it.
func (c *Conn) Delete(name string) error {
	i, err := index(name)
	if err != nil {
		return err
	}
	if err := c.ask(sys.Request{Type: unix.RTM_DELLINK, Head: sys.LinkHead(i, name, 0, 0)}); err != nil {
		return fmt.Errorf("delete network device %s: %w", name, err)
	}
	return nil
}
