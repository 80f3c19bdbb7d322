package network

import (
	"fmt"
	"net/netip"
	"slices"

	"byhand/internal/kernel"
)

// Routes returns the IPv4 routes of the caller's network namespace, those of
// all tables: also the addresses of this host itself have an entry.
func Routes() ([]kernel.Route, error) {
	routes, err := kernel.Routes()
	if err != nil {
		return nil, fmt.Errorf("read the routes: %w", err)
	}
	return slices.DeleteFunc(routes, func(r kernel.Route) bool { return !r.To.Addr().Is4() }), nil
}

// subnetBits is the size of the subnets: 4094 addresses.
const subnetBits = 20

// freeSubnet returns the first of our subnets that no route is for: whoever is
// reached through that route would be cut off.
func freeSubnet(routes []kernel.Route) (netip.Prefix, error) {
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
func taken(p netip.Prefix, routes []kernel.Route) bool {
	for _, r := range routes {
		if r.To.Bits() > 0 && r.To.Overlaps(p) {
			return true
		}
	}
	return false
}
