// Package wire connects the engine's containers to its network: one bridge for
// all containers of a directory, with an address for each, a way out, and the
// ports that they publish. What the monitor of a container has made here is
// found again by name when that was killed.
package wire

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"

	"byhand/lab/container"
	"byhand/lab/network"
	"byhand/lab/ports"
	"byhand/lab/state"
)

// Default is the name of the network that containers are on, as Docker's.
const Default = "bridge"

// Wire is the connection of one container, for its monitor (monitor.Network).
type Wire struct {
	// end stops what serves the published ports and the names.
	end func() error
}

// Connect makes the container's process pid a member of the bridge and
// publishes its ports. Where it fails, nothing is left.
func (w *Wire) Connect(b state.Box, c container.Config, pid int) (state.Address, error) {
	if c.Network == container.Loopback {
		return w.passOut(c, pid)
	}
	// What a killed monitor has left of the same container.
	if err := Drop(b); err != nil {
		return state.Address{}, err
	}
	ns, err := network.Of(pid)
	if err != nil {
		return state.Address{}, err
	}
	defer ns.Close()
	bindings, err := Bindings(c)
	if err != nil {
		return state.Address{}, err
	}
	open, err := ports.Listen(context.Background(), bindings)
	if err != nil {
		return state.Address{}, err
	}
	e, err := b.Bridge().Attach(nil, ns, c.ID)
	if err == nil {
		err = b.Bridge().Publish(c.ID, published(open, e.Address)...)
	}
	var packets net.PacketConn
	var streams net.Listener
	if err == nil {
		packets, streams, err = listenNames(ns)
	}
	if err != nil {
		return state.Address{}, errors.Join(err, ports.Close(open), Drop(b))
	}
	w.serve(
		func(ctx context.Context) error { return ports.Serve(ctx, open, ports.Direct(e.Address.String())) },
		func(ctx context.Context) error { return server(b, c).Serve(ctx, packets, streams) },
	)
	return address(e, open), nil
}

// serve passes on what comes to the ports by a way that NAT does not lead, and
// answers who asks for names, until the connection ends.
func (w *Wire) serve(servers ...func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error)
	for _, s := range servers {
		go func() { served <- s(ctx) }()
	}
	w.end = func() (err error) {
		cancel()
		for range servers {
			err = errors.Join(err, <-served)
		}
		return err
	}
}

// Disconnect lets go of the ports and leaves the bridge.
func (w *Wire) Disconnect(b state.Box) error {
	var err error
	if w.end != nil {
		err = w.end()
		w.end = nil
	}
	return errors.Join(err, Drop(b))
}

// Drop takes away whatever a container still has of the bridge; that it has
// nothing is no error.
func Drop(b state.Box) error {
	return b.Bridge().Keep(nil, func(owner string) bool { return owner != b.ID })
}

// Bindings are the ports that a container is to publish: -p and -P.
func Bindings(c container.Config) ([]ports.Binding, error) {
	bindings, err := ports.Parse(c.Ports...)
	if err != nil || !c.PublishAll {
		return bindings, err
	}
	exposed, err := ports.ParseExposed(c.Exposed...)
	return ports.All(bindings, exposed), err
}

// published are the ports that NAT leads to the container. The table is one of
// IPv4, and what is for 127.0.0.0/8 never comes by it.
func published(open []*ports.Open, to netip.Addr) []network.Published {
	var list []network.Published
	for _, o := range open {
		host := o.Binding.HostIP
		if host.IsValid() && (host.Is6() || host.IsLoopback()) {
			continue
		}
		list = append(list, network.Published{
			HostIP: host, HostPort: o.Port, Proto: o.Binding.Proto, Target: netip.AddrPortFrom(to, o.Binding.Container),
		})
	}
	return list
}

// address is what is kept of the connection for people and scripts.
func address(e network.Endpoint, open []*ports.Open) state.Address {
	a := state.Address{IP: e.Address.String(), Prefix: e.Subnet.Bits(), Gateway: e.Gateway.String(), MAC: network.Hardware(e.Address).String()}
	a.Ports = portsOf(open)
	return a
}

// portsOf are the published ports as Docker writes them.
func portsOf(open []*ports.Open) (list []string) {
	for _, o := range open {
		host := "0.0.0.0"
		if o.Binding.HostIP.IsValid() {
			host = o.Binding.HostIP.String()
		}
		list = append(list, o.Binding.Inside()+" -> "+net.JoinHostPort(host, strconv.Itoa(int(o.Port))))
		if !o.Binding.HostIP.IsValid() {
			list = append(list, o.Binding.Inside()+" -> "+net.JoinHostPort("::", strconv.Itoa(int(o.Port))))
		}
	}
	return list
}
