package names

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// listen takes a port of the loopback device by UDP and by TCP.
func listen(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 20 {
		p, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if l, err := net.Listen("tcp4", p.LocalAddr().String()); err == nil {
			return p, l
		}
		p.Close()
	}
	t.Fatal("no port is free by UDP and by TCP")
	return nil, nil
}

// serve has a Server answer, and returns its address.
func serve(t *testing.T, hosts map[string]string, upstream ...string) string {
	t.Helper()
	p, l := listen(t)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	s := Server{Upstream: func() []string { return upstream }, Look: func(name string) (netip.Addr, bool) {
		a, err := netip.ParseAddr(hosts[name])
		return a, err == nil
	}}
	go func() { ended <- s.Serve(ctx, p, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return p.LocalAddr().String()
}

// look asks a server, by the network given, as programs in Go do.
func look(t *testing.T, network, server, family, name string) string {
	t.Helper()
	r := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, server)
	}}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	found, err := r.LookupNetIP(ctx, family, name+".")
	if err != nil {
		if e, ok := err.(*net.DNSError); ok {
			return e.Err
		}
		return err.Error()
	}
	var list []string
	for _, a := range found {
		list = append(list, a.String())
	}
	return strings.Join(list, " ")
}

func TestServe(t *testing.T) {
	world := serve(t, map[string]string{"example.org": "192.0.2.7", "box": "192.0.2.8"})
	dead, l := listen(t)
	dead.Close()
	l.Close()
	for _, network := range []string{"udp", "tcp"} {
		inside := serve(t, map[string]string{"box": "10.201.0.2"}, dead.LocalAddr().String(), world)
		alone := serve(t, map[string]string{"box": "10.201.0.2"})
		for _, test := range []struct{ server, family, name, want string }{
			{inside, "ip4", "box", "10.201.0.2"},
			{inside, "ip4", "BOX", "10.201.0.2"},
			{inside, "ip6", "box", "no such host"},
			{inside, "ip4", "example.org", "192.0.2.7"},
			{inside, "ip4", "none.example.org", "server misbehaving"},
			{alone, "ip4", "box", "10.201.0.2"},
			{alone, "ip4", "example.org", "server misbehaving"},
		} {
			if got := look(t, network, test.server, test.family, test.name); got != test.want {
				t.Errorf("by %s, look up %s of %s = %q; want %q", network, test.family, test.name, got, test.want)
			}
		}
	}
}

// TestNoAnswerToNonsense must neither end the server nor answer answers, which
// two servers would go on with for ever.
func TestNoAnswerToNonsense(t *testing.T) {
	s := Server{Look: func(string) (netip.Addr, bool) { return netip.Addr{}, false }, Upstream: func() []string { return nil }}
	for _, text := range []string{"", "x", strings.Repeat("\x00", 12), "\x00\x01\x80\x00\x00\x01" + strings.Repeat("\x00", 11), strings.Repeat("\xff", 100)} {
		if got := s.answer(t.Context(), "udp", []byte(text)); got != nil {
			t.Errorf("answer(%q) = %q; want none", text, got)
		}
	}
}
