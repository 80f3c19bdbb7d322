package network

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// Route is an entry of the kernel's routing tables.
type Route struct {
	// To are the addresses that it is for; all of them for a default route.
	To netip.Prefix
	// Device is the index of the device by which they are reached; 0 is none.
	Device int
}

// Routes returns the IPv4 routes of the caller's network namespace, those of
// all tables: also the addresses of this host itself have an entry.
func Routes() ([]Route, error) {
	dump, err := syscall.NetlinkRIB(unix.RTM_GETROUTE, unix.AF_INET)
	if err != nil {
		return nil, fmt.Errorf("read the routes: %w", err)
	}
	messages, err := syscall.ParseNetlinkMessage(dump)
	if err != nil {
		return nil, fmt.Errorf("read the routes: %w", err)
	}
	var routes []Route
	for _, m := range messages {
		if m.Header.Type != unix.RTM_NEWROUTE || len(m.Data) < unix.SizeofRtMsg || m.Data[0] != unix.AF_INET {
			continue
		}
		attributes, err := syscall.ParseNetlinkRouteAttr(&m)
		if err != nil {
			return nil, fmt.Errorf("read the routes: %w", err)
		}
		r := Route{To: netip.PrefixFrom(netip.IPv4Unspecified(), int(m.Data[1]))}
		for _, a := range attributes {
			switch {
			case a.Attr.Type == unix.RTA_DST && len(a.Value) == 4:
				r.To = netip.PrefixFrom(netip.AddrFrom4([4]byte(a.Value)), int(m.Data[1]))
			case a.Attr.Type == unix.RTA_OIF && len(a.Value) == 4:
				r.Device = int(binary.NativeEndian.Uint32(a.Value))
			}
		}
		routes = append(routes, r)
	}
	return routes, nil
}

// subnetBits is the size of the subnets: 4094 addresses.
const subnetBits = 20

// freeSubnet returns the first of our subnets that no route is for: whoever is
// reached through that route would be cut off.
func freeSubnet(routes []Route) (netip.Prefix, error) {
	// 10.201.0.0 to 10.201.240.0, and so on to 10.208: others rarely use them.
	for second := 201; second <= 208; second++ {
		for third := 0; third < 256; third += 1 << (24 - subnetBits) {
			p := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(second), byte(third), 0}), subnetBits)
			if !taken(p, routes) {
				return p, nil
			}
		}
	}
	return netip.Prefix{}, fmt.Errorf("choose a subnet: each from 10.201.0.0/%d to 10.208.240.0/%d is one that a route of this machine is for", subnetBits, subnetBits)
}

// taken reports whether a route other than a default one is for addresses of p.
func taken(p netip.Prefix, routes []Route) bool {
	for _, r := range routes {
		if r.To.Bits() > 0 && r.To.Overlaps(p) {
			return true
		}
	}
	return false
}
