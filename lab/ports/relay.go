package ports

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// idle is how long a UDP conversation may be silent before it counts as over;
// it has no end of its own.
const idle = 90 * time.Second

// datagram is more than any UDP packet has.
const datagram = 65535

// copyStream is io.Copy: between TCP sockets, the kernel moves the bytes.
func copyStream(to io.Writer, from io.Reader) (int64, error) { return io.Copy(to, from) }

// talk is what the clients of a UDP port are saying, by their address.
type talk struct {
	lock  sync.Mutex
	inner map[string]net.Conn
}

// relay serves a UDP port: each client has a socket of its own inside, so that
// the answers find their way back.
func relay(ctx context.Context, outer net.PacketConn, port uint16, dial Dial) {
	t := &talk{inner: map[string]net.Conn{}}
	var wait sync.WaitGroup
	defer wait.Wait()
	defer t.end()
	buffer := make([]byte, datagram)
	for {
		n, client, err := outer.ReadFrom(buffer)
		switch {
		case errors.Is(err, net.ErrClosed) || ctx.Err() != nil:
			return
		case err != nil: // an ICMP error that one of the clients has caused
			continue
		}
		inner := t.of(client)
		if inner == nil {
			if inner, err = dial(ctx, "udp", port); err != nil {
				continue // a lost packet, as it is with UDP
			}
			t.begin(client, inner)
			wait.Go(func() {
				defer t.forget(client)
				answer(outer, client, inner)
			})
		}
		_ = inner.SetReadDeadline(time.Now().Add(idle))
		_, _ = inner.Write(buffer[:n])
	}
}

// answer passes a conversation's answers on until it has been silent too long.
func answer(outer net.PacketConn, client net.Addr, inner net.Conn) {
	defer inner.Close()
	buffer := make([]byte, datagram)
	for {
		n, err := inner.Read(buffer)
		if errors.Is(err, unix.ECONNREFUSED) {
			continue // nobody listens inside yet
		}
		if err != nil {
			return
		}
		_ = inner.SetReadDeadline(time.Now().Add(idle))
		_, _ = outer.WriteTo(buffer[:n], client)
	}
}

func (t *talk) of(client net.Addr) net.Conn {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.inner[client.String()]
}

func (t *talk) begin(client net.Addr, inner net.Conn) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.inner[client.String()] = inner
}

func (t *talk) forget(client net.Addr) {
	t.lock.Lock()
	defer t.lock.Unlock()
	delete(t.inner, client.String())
}

// end closes all conversations.
func (t *talk) end() {
	t.lock.Lock()
	defer t.lock.Unlock()
	for _, c := range t.inner {
		c.Close()
	}
}
