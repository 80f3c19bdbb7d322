// Package network connects a network namespace to others: a bridge as the
// switch, a veth pair as the cable, addresses, routes, and NAT by nftables.
//
// What makes something takes the network namespace that the caller is in, and
// is told of another by a descriptor of it; In moves the caller for a while.
// Nothing here knows what a container is: the engine and the lessons tell.
//
// Devices and the nftables table are named by who asks, so that what is left
// behind after a crash is found by its name: see Names and Remove.
package network

import (
	"errors"
	"fmt"
	"net"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Conn is a netlink socket: a line to the kernel, by which the network of one
// namespace is changed (rtnetlink(7)).
type Conn struct {
	trace *sys.Tracer
	fd    int
	seq   uint32
}

// Open opens a line to the network namespace that the caller is in. It stays
// with that one, wherever the caller goes.
func Open(t *sys.Tracer) (*Conn, error) {
	fd, err := t.NetlinkSocket()
	if err != nil {
		return nil, err
	}
	err = t.BindNetlink(fd)
	if err == nil {
		// Otherwise a refusal would repeat the whole request.
		err = t.CapAnswers(fd)
	}
	if err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	return &Conn{trace: t, fd: fd}, nil
}

// Close closes the line.
func (c *Conn) Close() error { return unix.Close(c.fd) }

// ask sends one request and reads the kernel's answer.
func (c *Conn) ask(r sys.Request) error {
	c.seq++
	r.Seq = c.seq
	r.Flags |= unix.NLM_F_REQUEST | unix.NLM_F_ACK
	if err := c.trace.SendNetlink(c.fd, r); err != nil {
		return err
	}
	refused, err := c.trace.ReceiveAnswer(c.fd)
	if err != nil || refused == 0 {
		return err
	}
	return refusal{refused}
}

// refusal is the kernel's answer that it did not do what it was asked.
type refusal struct{ errno unix.Errno }

func (r refusal) Error() string {
	if errors.Is(r.errno, unix.EPERM) {
		return r.errno.Error() + " (it needs CAP_NET_ADMIN in the user namespace that owns the network namespace)"
	}
	return r.errno.Error()
}

func (r refusal) Unwrap() error { return r.errno }

// index looks up a device's number, by which the kernel is asked about it.
func index(name string) (int, error) {
	link, err := net.InterfaceByName(name)
	if err != nil {
		return 0, fmt.Errorf("look up network device %s: %w", name, err)
	}
	return link.Index, nil
}
