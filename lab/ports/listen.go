package ports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"

	"golang.org/x/sys/unix"
)

// Open is a port of the host that is held, and of which nothing is served yet.
type Open struct {
	// Binding is what was asked for.
	Binding Binding
	// Port is the host's port, also where any was asked for.
	Port uint16

	streams []net.Listener
	packets []net.PacketConn
}

// Listen takes the host's ports of all bindings, or none of them.
func Listen(ctx context.Context, bindings []Binding) ([]*Open, error) {
	var all []*Open
	for _, b := range bindings {
		o, err := listen(ctx, b)
		if err != nil {
			return nil, errors.Join(err, Close(all))
		}
		all = append(all, o)
	}
	return all, nil
}

// Close lets the ports go.
func Close(all []*Open) (err error) {
	for _, o := range all {
		err = errors.Join(err, o.Close())
	}
	return err
}

// Close lets the port go; what is connected already stays so.
func (o *Open) Close() (err error) {
	for _, l := range o.streams {
		err = errors.Join(err, closed(l))
	}
	for _, p := range o.packets {
		err = errors.Join(err, closed(p))
	}
	return err
}

// closed closes what may be closed already.
func closed(c io.Closer) error {
	if err := c.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// tries is how often a port that the kernel chose may turn out to be taken at
// the other of the two families.
const tries = 16

// listen takes one port: the first free one of a range, or any.
func listen(ctx context.Context, b Binding) (*Open, error) {
	var err error
	if b.First == 0 {
		for range tries {
			var o *Open
			if o, err = listenAt(ctx, b, 0); err == nil || !errors.Is(err, unix.EADDRINUSE) {
				return o, err
			}
		}
		return nil, err
	}
	for port := int(b.First); port <= int(b.Last); port++ {
		var o *Open
		if o, err = listenAt(ctx, b, uint16(port)); err == nil || !errors.Is(err, unix.EADDRINUSE) {
			return o, err
		}
	}
	return nil, err
}

// listenAt takes one port at every address that is asked for.
func listenAt(ctx context.Context, b Binding, port uint16) (*Open, error) {
	o := &Open{Binding: b, Port: port}
	for _, family := range families(b.HostIP) {
		err := o.take(ctx, family)
		if errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EADDRNOTAVAIL) && family.addr == "::" {
			continue // this kernel has no IPv6, and nobody asked for it by name
		}
		if err != nil {
			return nil, errors.Join(describe(b, o.Port, err), o.Close())
		}
	}
	return o, nil
}

type family struct{ suffix, addr string }

// families says where to listen: no address is all, of both families, and each
// has a socket of its own, so that it does not depend on a setting of the machine.
func families(ip netip.Addr) []family {
	switch {
	case !ip.IsValid():
		return []family{{"4", "0.0.0.0"}, {"6", "::"}}
	case ip.Is4():
		return []family{{"4", ip.String()}}
	}
	return []family{{"6", ip.String()}}
}

// take listens at one address, and keeps to the port from then on.
func (o *Open) take(ctx context.Context, f family) error {
	var config net.ListenConfig
	address := net.JoinHostPort(f.addr, strconv.Itoa(int(o.Port)))
	switch o.Binding.Proto {
	case "tcp":
		l, err := config.Listen(ctx, "tcp"+f.suffix, address)
		if err != nil {
			return err
		}
		o.streams = append(o.streams, l)
		o.Port = uint16(l.Addr().(*net.TCPAddr).Port)
	case "udp":
		p, err := config.ListenPacket(ctx, "udp"+f.suffix, address)
		if err != nil {
			return err
		}
		o.packets = append(o.packets, p)
		o.Port = uint16(p.LocalAddr().(*net.UDPAddr).Port)
	default:
		return fmt.Errorf("protocol %s can't be published, only tcp and udp", o.Binding.Proto)
	}
	return nil
}

// describe says what is wrong in Docker's words where scripts know them.
func describe(b Binding, port uint16, err error) error {
	host := b.HostIP
	if !host.IsValid() {
		host = netip.IPv4Unspecified()
	}
	at := net.JoinHostPort(host.String(), strconv.Itoa(int(port)))
	switch {
	case errors.Is(err, unix.EADDRINUSE):
		return fmt.Errorf("bind for %s failed: port is already allocated: %w", at, err)
	case errors.Is(err, unix.EACCES):
		return fmt.Errorf("bind for %s failed: %w (ports below net.ipv4.ip_unprivileged_port_start are for CAP_NET_BIND_SERVICE)", at, err)
	}
	return fmt.Errorf("bind for %s/%s failed: %w", at, b.Proto, err)
}
