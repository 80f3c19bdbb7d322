package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"byhand/lab/container"
	"byhand/lab/names"
	"byhand/lab/network"
	"byhand/lab/state"
)

// nameSocket is where a container asks for names: its own loopback device, at
// the address that Docker has there.
const nameSocket = state.NameServer + ":53"

// listenNames makes the sockets for questions in the container's network
// namespace, where they stay, whoever answers.
func listenNames(ns *os.File) (packets net.PacketConn, streams net.Listener, err error) {
	// So that a name server of the container's own may have the port at all
	// other addresses.
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		e := c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1) })
		return errors.Join(err, e)
	}}
	err = network.In(nil, ns, func() error {
		if packets, err = config.ListenPacket(context.Background(), "udp4", nameSocket); err != nil {
			return err
		}
		streams, err = config.Listen(context.Background(), "tcp4", nameSocket)
		return err
	})
	if err != nil && packets != nil {
		err = errors.Join(err, packets.Close())
	}
	if err != nil {
		return nil, nil, fmt.Errorf("listen for names: %w", err)
	}
	return packets, streams, nil
}

// server answers for the other containers of the same directory that run on the
// bridge, and passes the rest on.
func server(b state.Box, c container.Config) names.Server {
	return names.Server{
		Look: func(name string) (netip.Addr, bool) {
			other, found := b.Beside(name)
			if !found {
				return netip.Addr{}, false
			}
			s, err := other.Status()
			if err != nil || !s.Running() {
				return netip.Addr{}, false
			}
			address, err := netip.ParseAddr(s.Address.IP)
			return address, err == nil
		},
		Upstream: func() []string { return upstream(c.DNS) },
	}
}

// upstream are the name servers for all other names: those that --dns names, or
// the machine's. They are asked from the machine, where also one on its loopback
// device can be reached.
func upstream(given []string) []string {
	list := given
	if len(list) == 0 {
		text, _ := os.ReadFile("/etc/resolv.conf") // without one there are none
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) > 1 && f[0] == "nameserver" {
				list = append(list, f[1])
			}
		}
	}
	var sockets []string
	for _, address := range list {
		sockets = append(sockets, net.JoinHostPort(address, "53"))
	}
	return sockets
}
