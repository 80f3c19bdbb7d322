package network

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// chains are those of a bridge's table.
type chains struct {
	table                                    *nftables.Table
	prerouting, output, postrouting, forward *nftables.Chain
}

// tableOf names the chains of the bridge's own table. A table is a name space
// of its own: nothing done here can touch another's rules.
func tableOf(bridge string) chains {
	t := &nftables.Table{Family: nftables.TableFamilyIPv4, Name: bridge}
	return chains{
		table:       t,
		prerouting:  chain(t, "prerouting", nftables.ChainTypeNAT, nftables.ChainHookPrerouting, nftables.ChainPriorityNATDest),
		output:      chain(t, "output", nftables.ChainTypeNAT, nftables.ChainHookOutput, nftables.ChainPriorityNATDest),
		postrouting: chain(t, "postrouting", nftables.ChainTypeNAT, nftables.ChainHookPostrouting, nftables.ChainPriorityNATSource),
		forward:     chain(t, "forward", nftables.ChainTypeFilter, nftables.ChainHookForward, nftables.ChainPriorityFilter),
	}
}

// create makes the table and its chains, and fails where somebody has made them
// just now.
func (t chains) create(c *nftables.Conn) {
	c.CreateTable(t.table)
	for _, chain := range []*nftables.Chain{t.prerouting, t.output, t.postrouting, t.forward} {
		c.AddChain(chain)
	}
}

// AddNAT makes the bridge's table, in one transaction: either all of it is
// there or nothing. What is on the bridge goes out under the host's address;
// from outside comes in only what answers, or was published. In nft(8)'s words:
//
//	table ip BRIDGE {
//	  chain prerouting  { type nat hook prerouting priority dstnat; }
//	  chain output      { type nat hook output priority dstnat; }
//	  chain postrouting { type nat hook postrouting priority srcnat
//	    ip saddr SUBNET oifname != BRIDGE masquerade
//	    ip saddr SUBNET ip daddr SUBNET ct status dnat masquerade }
//	  chain forward     { type filter hook forward priority filter
//	    oifname BRIDGE ct state established,related accept
//	    oifname BRIDGE ct status dnat accept
//	    oifname BRIDGE iifname != BRIDGE drop }
//	}
//
// A packet that another table drops stays dropped: where the machine's own
// firewall forwards nothing, it is for its owner to let the bridge through.
func AddNAT(bridge string, subnet netip.Prefix) error {
	c, err := nftables.New()
	if err != nil {
		return fmt.Errorf("open a line to nftables: %w", err)
	}
	t := tableOf(bridge)
	if there, err := c.ListTableOfFamily(bridge, t.table.Family); err == nil && there != nil {
		return nil // and whole, as it was made
	}
	t.create(c)
	add := func(chain *nftables.Chain, rule ...[]expr.Any) {
		c.AddRule(&nftables.Rule{Table: t.table, Chain: chain, Exprs: words(rule...)})
	}
	add(t.postrouting, saddr(subnet), notTo(bridge), masquerade())
	// Through a published port to a neighbour on the same bridge: answers that
	// did not pass by here again would come from an unknown address.
	add(t.postrouting, saddr(subnet), daddr(subnet), wasDnat(), masquerade())
	add(t.forward, to(bridge), established(), accept())
	add(t.forward, to(bridge), wasDnat(), accept())
	add(t.forward, to(bridge), notFrom(bridge), drop())
	if err := c.Flush(); err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("add nftables table %s: %w", bridge, nftError(err))
	}
	return nil
}

// AddDNAT turns what is sent to a port of this host to one on the bridge:
//
//	fib daddr type local tcp dport PORT dnat to TARGET
//
// for what comes from outside, and, but for 127.0.0.0/8, for what this host
// sends itself. The kernel routes nothing from loopback to another device: for
// 127.0.0.1 there is the proxy. owner marks the rules, for RemoveDNAT.
func AddDNAT(bridge, owner string, p Published) error {
	c, err := nftables.New()
	if err != nil {
		return fmt.Errorf("open a line to nftables: %w", err)
	}
	aimed := local()
	if p.HostIP.IsValid() && !p.HostIP.IsUnspecified() {
		aimed = daddr(netip.PrefixFrom(p.HostIP, p.HostIP.BitLen()))
	}
	dport, err := port(p.Proto, p.HostPort)
	if err != nil {
		return err
	}
	t := tableOf(bridge)
	add := func(chain *nftables.Chain, rule ...[]expr.Any) {
		c.AddRule(&nftables.Rule{Table: t.table, Chain: chain, Exprs: words(rule...), UserData: []byte(owner)})
	}
	add(t.prerouting, aimed, dport, dnat(p.Target))
	add(t.output, notDaddr(loopback), aimed, dport, dnat(p.Target))
	if err := c.Flush(); err != nil {
		return fmt.Errorf("publish port %d/%s: %w", p.HostPort, p.Proto, nftError(err))
	}
	return nil
}

// Published is a port of the host that leads to one on the bridge.
type Published struct {
	// HostIP is the host's address, or none for all of them.
	HostIP netip.Addr
	// HostPort is the port there.
	HostPort uint16
	// Proto is "tcp" or "udp".
	Proto string
	// Target is the address and the port on the bridge.
	Target netip.AddrPort
}

// loopback are the addresses that never leave the host.
var loopback = netip.MustParsePrefix("127.0.0.0/8")

// RemoveDNAT takes away the rules that owner's ports had, if any.
func RemoveDNAT(bridge, owner string) error {
	c, err := nftables.New()
	if err != nil {
		return fmt.Errorf("open a line to nftables: %w", err)
	}
	t := tableOf(bridge)
	for _, chain := range []*nftables.Chain{t.prerouting, t.output} {
		rules, err := c.GetRules(t.table, chain)
		if errors.Is(err, unix.ENOENT) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read nftables table %s: %w", bridge, nftError(err))
		}
		for _, r := range rules {
			if string(r.UserData) == owner {
				if err := c.DelRule(r); err != nil {
					return err
				}
			}
		}
	}
	if err := c.Flush(); err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("withdraw the ports of %s: %w", owner, nftError(err))
	}
	return nil
}

// RemoveNAT deletes the bridge's table, if it is there.
func RemoveNAT(bridge string) error {
	c, err := nftables.New()
	if err != nil {
		return fmt.Errorf("open a line to nftables: %w", err)
	}
	c.DelTable(tableOf(bridge).table)
	if err := c.Flush(); err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("delete nftables table %s: %w", bridge, nftError(err))
	}
	return nil
}

// nftError names what is missing where the kernel refuses.
func nftError(err error) error {
	switch {
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("%w (it needs CAP_NET_ADMIN in the user namespace that owns the network namespace)", err)
	case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.EPROTONOSUPPORT):
		return fmt.Errorf("%w (this kernel has no nftables: modprobe nf_tables)", err)
	}
	return err
}
