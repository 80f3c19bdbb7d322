package kernel

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// Link is a network device (rtnetlink(7)).
type Link struct {
	// Index is the device's number; one that was made again has another.
	Index int
	// Name is the device's.
	Name string
	// Kind is what a virtual device was made as, such as "bridge", or "".
	Kind string
	// Up tells whether it was set up.
	Up bool
	// MTU is in bytes.
	MTU int
	// Master is the index of the device of which it is a part, or 0.
	Master int
	// Hardware is its address in the link layer.
	Hardware net.HardwareAddr
}

// Address is one of a device's.
type Address struct {
	// Link is the device's index.
	Link int
	// Prefix is the address with the length of its network's.
	Prefix netip.Prefix
}

// Route is an entry of a routing table.
type Route struct {
	// Table is the table's number; Type is such as RTN_UNICAST.
	Table, Type int
	// To are the addresses that it is for.
	To netip.Prefix
	// Gateway is who hands them on, if anybody.
	Gateway netip.Addr
	// Link is the index of the device by which they are reached, or 0.
	Link int
	// Metric orders routes to the same addresses.
	Metric int
}

// Links returns the devices of the calling thread's network namespace.
func Links() ([]Link, error) {
	return dump(unix.RTM_GETLINK, unix.RTM_NEWLINK, unix.SizeofIfInfomsg, func(head []byte, attributes map[int][]byte) (Link, bool) {
		l := Link{
			Index: int(number(head[4:8])), Up: number(head[8:12])&unix.IFF_UP != 0,
			Name: unix.ByteSliceToString(attributes[unix.IFLA_IFNAME]), MTU: int(number(attributes[unix.IFLA_MTU])),
			Master: int(number(attributes[unix.IFLA_MASTER])), Hardware: attributes[unix.IFLA_ADDRESS],
		}
		// A nested attribute: each has its length and its type before it.
		for info := attributes[unix.IFLA_LINKINFO]; len(info) >= unix.SizeofRtAttr; {
			n := int(binary.NativeEndian.Uint16(info))
			if n < unix.SizeofRtAttr || n > len(info) {
				break
			}
			if binary.NativeEndian.Uint16(info[2:]) == unix.IFLA_INFO_KIND {
				l.Kind = unix.ByteSliceToString(info[unix.SizeofRtAttr:n])
			}
			info = info[min(len(info), (n+3)&^3):]
		}
		return l, true
	})
}

// Addresses returns those of the calling thread's network namespace.
func Addresses() ([]Address, error) {
	return dump(unix.RTM_GETADDR, unix.RTM_NEWADDR, unix.SizeofIfAddrmsg, func(head []byte, attributes map[int][]byte) (Address, bool) {
		ip, found := netip.AddrFromSlice(attributes[unix.IFA_LOCAL])
		if !found { // IPv6 has no other end
			ip, found = netip.AddrFromSlice(attributes[unix.IFA_ADDRESS])
		}
		return Address{Link: int(number(head[4:8])), Prefix: netip.PrefixFrom(ip, int(head[1]))}, found
	})
}

// Routes returns those of all tables of the calling thread's network namespace,
// but for what the kernel has only noted down.
func Routes() ([]Route, error) {
	return dump(unix.RTM_GETROUTE, unix.RTM_NEWROUTE, unix.SizeofRtMsg, func(head []byte, attributes map[int][]byte) (Route, bool) {
		r := Route{
			Table: int(head[4]), Type: int(head[7]),
			Link: int(number(attributes[unix.RTA_OIF])), Metric: int(number(attributes[unix.RTA_PRIORITY])),
		}
		if table, found := attributes[unix.RTA_TABLE]; found {
			r.Table = int(number(table))
		}
		all := map[byte]netip.Addr{unix.AF_INET: netip.IPv4Unspecified(), unix.AF_INET6: netip.IPv6Unspecified()}[head[0]]
		if to, found := netip.AddrFromSlice(attributes[unix.RTA_DST]); found {
			all = to
		}
		r.To = netip.PrefixFrom(all, int(head[1]))
		r.Gateway, _ = netip.AddrFromSlice(attributes[unix.RTA_GATEWAY])
		return r, all.IsValid() && number(head[8:12])&unix.RTM_F_CLONED == 0
	})
}

// number reads a number of 32 bits; what is not there is 0.
func number(bytes []byte) uint32 {
	if len(bytes) < 4 {
		return 0
	}
	return binary.NativeEndian.Uint32(bytes)
}

// dump asks the kernel for all entries of a kind, and takes each apart by its
// head, which has a fixed size, and its attributes.
func dump[T any](ask, kind int, head int, parse func(head []byte, attributes map[int][]byte) (T, bool)) ([]T, error) {
	text, err := syscall.NetlinkRIB(ask, unix.AF_UNSPEC)
	if err != nil {
		return nil, fmt.Errorf("ask netlink for a list: %w", err)
	}
	messages, err := syscall.ParseNetlinkMessage(text)
	if err != nil {
		return nil, fmt.Errorf("read a list of netlink: %w", err)
	}
	var all []T
	for _, m := range messages {
		if int(m.Header.Type) != kind || len(m.Data) < head {
			continue
		}
		list, err := syscall.ParseNetlinkRouteAttr(&m)
		if err != nil {
			return nil, fmt.Errorf("read a list of netlink: %w", err)
		}
		attributes := map[int][]byte{}
		for _, a := range list {
			attributes[int(a.Attr.Type)] = a.Value
		}
		if one, ok := parse(m.Data[:head], attributes); ok {
			all = append(all, one)
		}
	}
	return all, nil
}
