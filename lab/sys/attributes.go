package sys

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/sys/unix"
)

// StringAttribute is a name, ended by a zero byte.
func StringAttribute(kind uint16, name, value string) Attribute {
	return Attribute{kind, name, append([]byte(value), 0), quote(value)}
}

// NumberAttribute is a number of four bytes; text is it as strace writes it.
func NumberAttribute(kind uint16, name string, value uint32, text string) Attribute {
	return Attribute{kind, name, binary.NativeEndian.AppendUint32(nil, value), text}
}

// ByteAttribute is a number of one byte.
func ByteAttribute(kind uint16, name string, value byte) Attribute {
	return Attribute{kind, name, []byte{value}, decimal(int(value))}
}

// HardwareAttribute is the address of a network card, or what stands for one.
func HardwareAttribute(kind uint16, name string, address net.HardwareAddr) Attribute {
	return Attribute{kind, name, address, address.String()}
}

// AddressAttribute is an IPv4 address, in the order of the network.
func AddressAttribute(kind uint16, name string, address netip.Addr) Attribute {
	return Attribute{kind, name, address.AsSlice(), fmt.Sprintf("inet_addr(%q)", address)}
}

// NestedAttribute is a list of attributes, behind a structure where there is one.
func NestedAttribute(kind uint16, name string, head Head, list ...Attribute) Attribute {
	parts := []string{attributesText(list)}
	if head.Text != "" {
		parts = []string{head.Text, parts[0]}
	}
	return Attribute{kind, name, append(head.Data, joined(list)...), strings.Join(parts, ", ")}
}

// LinkHead is struct ifinfomsg: the device, by its index and its name, and the
// flags to be set among those that change names. No name is no device yet.
func LinkHead(index int, name string, flags, change uint32) Head {
	b := make([]byte, unix.SizeofIfInfomsg)
	binary.NativeEndian.PutUint32(b[4:], uint32(index))
	binary.NativeEndian.PutUint32(b[8:], flags)
	binary.NativeEndian.PutUint32(b[12:], change)
	changed := "0"
	if change != 0 {
		changed = fmt.Sprintf("%#x", change)
	}
	// Type 0 is that of the first of all, NET/ROM; here it says nothing.
	return Head{b, fmt.Sprintf("{ifi_family=AF_UNSPEC, ifi_type=ARPHRD_NETROM, ifi_index=%s, ifi_flags=%s, ifi_change=%s}",
		device(index, name), flagSet(uint64(flags), []flag{{unix.IFF_UP, "IFF_UP"}}), changed)}
}

// AddressHead is struct ifaddrmsg: an IPv4 address of bits bits is on the device.
func AddressHead(index int, name string, bits int) Head {
	b := make([]byte, unix.SizeofIfAddrmsg)
	b[0], b[1], b[3] = unix.AF_INET, byte(bits), unix.RT_SCOPE_UNIVERSE
	binary.NativeEndian.PutUint32(b[4:], uint32(index))
	return Head{b, fmt.Sprintf("{ifa_family=AF_INET, ifa_prefixlen=%d, ifa_flags=0, ifa_scope=RT_SCOPE_UNIVERSE, ifa_index=%s}", bits, device(index, name))}
}

// RouteHead is struct rtmsg: an ordinary route, in the main table, to the IPv4
// addresses of which the first bits bits are given; 0 are all.
func RouteHead(bits int) Head {
	b := make([]byte, unix.SizeofRtMsg)
	b[0], b[1], b[4], b[5], b[6], b[7] = unix.AF_INET, byte(bits), unix.RT_TABLE_MAIN, unix.RTPROT_BOOT, unix.RT_SCOPE_UNIVERSE, unix.RTN_UNICAST
	return Head{b, fmt.Sprintf("{rtm_family=AF_INET, rtm_dst_len=%d, rtm_src_len=0, rtm_tos=0, rtm_table=RT_TABLE_MAIN, rtm_protocol=RTPROT_BOOT, rtm_scope=RT_SCOPE_UNIVERSE, rtm_type=RTN_UNICAST, rtm_flags=0}", bits)}
}

// device writes an index as strace does, which looks its name up.
func device(index int, name string) string {
	if index == 0 {
		return "0"
	}
	return fmt.Sprintf("if_nametoindex(%q)", name)
}
