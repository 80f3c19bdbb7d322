package ports

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync"
	"time"
)

// Dial connects to a port of the container; proto is "tcp" or "udp".
type Dial func(ctx context.Context, proto string, port uint16) (net.Conn, error)

// Direct dials the container at its address on a bridge.
func Direct(address string) Dial {
	return func(ctx context.Context, proto string, port uint16) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, proto, net.JoinHostPort(address, strconv.Itoa(int(port))))
	}
}

// Serve passes on what comes to the ports, until ctx ends; then it closes them
// and every connection, and returns when nothing of it is left.
func Serve(ctx context.Context, all []*Open, dial Dial) error {
	var wait sync.WaitGroup
	for _, o := range all {
		for _, l := range o.streams {
			wait.Go(func() { accept(ctx, l, o.Binding.Container, dial) })
		}
		for _, p := range o.packets {
			wait.Go(func() { relay(ctx, p, o.Binding.Container, dial) })
		}
	}
	<-ctx.Done()
	err := Close(all)
	wait.Wait()
	return err
}

// accept serves a TCP port.
func accept(ctx context.Context, l net.Listener, port uint16, dial Dial) {
	var wait sync.WaitGroup
	defer wait.Wait()
	for {
		outer, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed) || ctx.Err() != nil:
			return
		case err != nil:
			// Such as too many open files: others may be closed meanwhile.
			pause(ctx, 10*time.Millisecond)
			continue
		}
		wait.Go(func() {
			defer outer.Close()
			inner, err := dial(ctx, "tcp", port)
			if err != nil {
				refuse(outer)
				return
			}
			defer inner.Close()
			splice(ctx, outer, inner)
		})
	}
}

// refuse ends a connection with a reset, as the port itself would, were it
// closed: an ordinary end would look like a server that had nothing to say.
func refuse(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

// half is a connection of which one direction can be ended.
type half interface {
	net.Conn
	CloseWrite() error
}

// splice passes on in both directions until both have ended. The end of one
// is passed on as that, and the other goes on: who has sent a request to its
// end may still wait for the answer.
func splice(ctx context.Context, a, b net.Conn) {
	defer context.AfterFunc(ctx, func() { a.Close(); b.Close() })()
	var wait sync.WaitGroup
	wait.Go(func() { pour(a, b) })
	wait.Go(func() { pour(b, a) })
	wait.Wait()
}

// pour passes on in one direction.
func pour(to, from net.Conn) {
	_, err := copyStream(to, from)
	if err != nil {
		// Reset or broken: nothing that could still come would be whole.
		refuse(to)
		refuse(from)
		to.Close()
		from.Close()
		return
	}
	if h, ok := to.(half); ok {
		_ = h.CloseWrite() // where it is gone already, there is nothing to end
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
