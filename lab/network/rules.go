package network

import (
	"fmt"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Registers of the machine that runs a rule: a value is loaded into one, and
// compared there or used.
const (
	first  = 1
	second = 2
)

// What follows is the words of nft(8)'s language, each as the kernel has it. A
// rule is a list of them, and ends at the first comparison that fails.

// words joins parts of a rule.
func words(parts ...[]expr.Any) (rule []expr.Any) {
	for _, p := range parts {
		rule = append(rule, p...)
	}
	return rule
}

// to is `oifname NAME`, notTo `oifname != NAME`, notFrom `iifname != NAME`.
func to(name string) []expr.Any      { return device(expr.MetaKeyOIFNAME, expr.CmpOpEq, name) }
func notTo(name string) []expr.Any   { return device(expr.MetaKeyOIFNAME, expr.CmpOpNeq, name) }
func notFrom(name string) []expr.Any { return device(expr.MetaKeyIIFNAME, expr.CmpOpNeq, name) }

func device(which expr.MetaKey, op expr.CmpOp, name string) []expr.Any {
	padded := make([]byte, unix.IFNAMSIZ)
	copy(padded, name)
	return []expr.Any{
		&expr.Meta{Key: which, Register: first},
		&expr.Cmp{Op: op, Register: first, Data: padded},
	}
}

// The offsets of the addresses in an IPv4 header.
const (
	sourceAt      = 12
	destinationAt = 16
)

// saddr is `ip saddr PREFIX`, daddr `ip daddr PREFIX`, notDaddr `ip daddr != PREFIX`.
func saddr(p netip.Prefix) []expr.Any    { return address(sourceAt, expr.CmpOpEq, p) }
func daddr(p netip.Prefix) []expr.Any    { return address(destinationAt, expr.CmpOpEq, p) }
func notDaddr(p netip.Prefix) []expr.Any { return address(destinationAt, expr.CmpOpNeq, p) }

func address(offset uint32, op expr.CmpOp, p netip.Prefix) []expr.Any {
	mask := ^uint32(0) << (32 - p.Bits())
	return []expr.Any{
		&expr.Payload{DestRegister: first, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: 4},
		&expr.Bitwise{SourceRegister: first, DestRegister: first, Len: 4, Mask: binaryutil.BigEndian.PutUint32(mask), Xor: make([]byte, 4)},
		&expr.Cmp{Op: op, Register: first, Data: p.Masked().Addr().AsSlice()},
	}
}

// local is `fib daddr type local`: the packet is for an address of this host.
func local() []expr.Any {
	return []expr.Any{
		&expr.Fib{Register: first, ResultADDRTYPE: true, FlagDADDR: true},
		&expr.Cmp{Op: expr.CmpOpEq, Register: first, Data: binaryutil.NativeEndian.PutUint32(unix.RTN_LOCAL)},
	}
}

// port is `tcp dport N` or `udp dport N`.
func port(proto string, n uint16) ([]expr.Any, error) {
	number, known := map[string]byte{"tcp": unix.IPPROTO_TCP, "udp": unix.IPPROTO_UDP}[proto]
	if !known {
		return nil, fmt.Errorf("publish port %d/%s: only tcp and udp can be", n, proto)
	}
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: first},
		&expr.Cmp{Op: expr.CmpOpEq, Register: first, Data: []byte{number}},
		&expr.Payload{DestRegister: first, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2},
		&expr.Cmp{Op: expr.CmpOpEq, Register: first, Data: binaryutil.BigEndian.PutUint16(n)},
	}, nil
}

// dnat is `dnat to ADDRESS:PORT`: the packet goes there instead, and the
// answers come back from where it was sent.
func dnat(to netip.AddrPort) []expr.Any {
	return []expr.Any{
		&expr.Immediate{Register: first, Data: to.Addr().AsSlice()},
		&expr.Immediate{Register: second, Data: binaryutil.BigEndian.PutUint16(to.Port())},
		&expr.NAT{Type: expr.NATTypeDestNAT, Family: unix.NFPROTO_IPV4, RegAddrMin: first, RegProtoMin: second},
	}
}

// wasDnat is `ct status dnat`: the connection was turned aside by dnat.
func wasDnat() []expr.Any {
	const statusDNAT = 1 << 5 // IPS_DST_NAT
	return connection(expr.CtKeySTATUS, statusDNAT)
}

// established is `ct state established,related`: the packet answers another.
func established() []expr.Any {
	return connection(expr.CtKeySTATE, expr.CtStateBitESTABLISHED|expr.CtStateBitRELATED)
}

// connection loads what the kernel knows of the packet's connection, and wants
// one of the bits in it.
func connection(key expr.CtKey, bits uint32) []expr.Any {
	return []expr.Any{
		&expr.Ct{Register: first, Key: key},
		&expr.Bitwise{SourceRegister: first, DestRegister: first, Len: 4, Mask: binaryutil.NativeEndian.PutUint32(bits), Xor: make([]byte, 4)},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: first, Data: make([]byte, 4)},
	}
}

// masquerade is `masquerade`: the packet goes out under the address of the
// device by which it leaves.
func masquerade() []expr.Any { return []expr.Any{&expr.Masq{}} }

// accept and drop are the verdicts.
func accept() []expr.Any { return []expr.Any{&expr.Verdict{Kind: expr.VerdictAccept}} }
func drop() []expr.Any   { return []expr.Any{&expr.Verdict{Kind: expr.VerdictDrop}} }

// chain is a chain of a table, at a place on a packet's way.
func chain(table *nftables.Table, name string, kind nftables.ChainType, hook *nftables.ChainHook, priority *nftables.ChainPriority) *nftables.Chain {
	return &nftables.Chain{Table: table, Name: name, Type: kind, Hooknum: hook, Priority: priority}
}
