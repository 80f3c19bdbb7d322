package network_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/lab/network"
)

// bridge is a network of the test's own that is taken down at its end.
func bridge(t *testing.T) network.Bridge {
	t.Helper()
	b := network.Bridge{Name: "byhandtest", Dir: t.TempDir()}
	before := devices(t)
	t.Cleanup(func() {
		if err := b.Down(nil); err != nil {
			t.Errorf("Down = %v", err)
		}
		if after := devices(t); after != before {
			t.Errorf("devices after Down = %s; want, as before, %s", after, before)
		}
		if err := network.RemoveDNAT(b.Name, "any"); err != nil {
			t.Error(err)
		}
	})
	return b
}

func devices(t *testing.T) string {
	t.Helper()
	links, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range links {
		names = append(names, l.Name)
	}
	return strings.Join(names, " ")
}

func attach(t *testing.T, b network.Bridge, owner string) (*os.File, network.Endpoint) {
	t.Helper()
	ns := namespace(t)
	e, err := b.Attach(nil, ns, owner)
	if err != nil {
		t.Fatal(err)
	}
	return ns, e
}

// TestBridge connects two members, the host and a neighbour of it, in every
// direction, before and after a port is published.
func TestBridge(t *testing.T) {
	outside := host(t)
	b := bridge(t)
	one, e1 := attach(t, b, "one")
	two, e2 := attach(t, b, "two")
	serve(t, one, ":80")
	serve(t, one, ":81")
	serve(t, outside, ":7")

	check := func(what string, from *os.File, to, want string) {
		t.Helper()
		if got := dial(t, from, to); got != want {
			t.Errorf("%s: dial(%s) = %q; want %q", what, to, got, want)
		}
	}
	check("a member, of another", two, e1.Address.String()+":80", e2.Address.String()+" hello")
	check("the host, of a member", here(t), e1.Address.String()+":80", e1.Gateway.String()+" hello")
	check("a member, of itself by lo", one, "127.0.0.1:80", "127.0.0.1 hello")
	check("a member, of who is outside", two, "192.0.2.2:7", "192.0.2.1 hello")
	check("outside, a port not published", outside, "192.0.2.1:8080", "ECONNREFUSED")

	// Who knows of the bridge and sends there directly gets nowhere either.
	in(t, outside, func() error {
		c, err := network.Open(nil)
		if err != nil {
			return err
		}
		defer c.Close()
		return c.AddDefaultRoute(netip.MustParseAddr("192.0.2.1"))
	})
	check("outside, straight to a member", outside, e1.Address.String()+":80", "timeout")

	err := b.Publish("one",
		network.Published{HostPort: 8080, Proto: "tcp", Target: netip.AddrPortFrom(e1.Address, 80)},
		network.Published{HostPort: 8081, Proto: "tcp", HostIP: netip.MustParseAddr("192.0.2.9"), Target: netip.AddrPortFrom(e1.Address, 81)})
	if err != nil {
		t.Fatal(err)
	}
	check("outside, the published port", outside, "192.0.2.1:8080", "192.0.2.2 hello")
	check("outside, one published at another address", outside, "192.0.2.1:8081", "ECONNREFUSED")
	check("outside, a published port's neighbour", outside, "192.0.2.1:8082", "ECONNREFUSED")
	check("the host, at its own address", here(t), "192.0.2.1:8080", "192.0.2.1 hello")
	check("another member, at the host's address", two, "192.0.2.1:8080", e1.Gateway.String()+" hello")
	check("the member itself, at the host's address", one, "192.0.2.1:8080", e1.Gateway.String()+" hello")
	check("outside, still straight to a member", outside, e1.Address.String()+":81", "timeout")

	if err := b.Detach(nil, "one"); err != nil {
		t.Fatal(err)
	}
	check("outside, once it is detached", outside, "192.0.2.1:8080", "ECONNREFUSED")
	if err := b.Detach(nil, "one"); err != nil {
		t.Errorf("Detach again = %v; want nil", err)
	}
}

// TestSubnetIsFree makes routes for what would be chosen.
func TestSubnetIsFree(t *testing.T) {
	host(t)
	c := open(t)
	if err := c.AddAddress("uplink", netip.MustParsePrefix("10.201.3.4/24")); err != nil {
		t.Fatal(err)
	}
	b := bridge(t)
	_, e := attach(t, b, "one")
	if want := "10.201.16.0/20"; e.Subnet.String() != want {
		t.Errorf("the subnet beside a route for 10.201.3.0/24 = %s; want %s", e.Subnet, want)
	}
}

// TestForwarding sees the host's own settings come back, but not where the
// whole machine was told to forward since.
func TestForwarding(t *testing.T) {
	const all = "/proc/sys/net/ipv4/ip_forward"
	if text, err := os.ReadFile(all); err != nil || string(text) != "0\n" {
		t.Fatalf("ip_forward of a new namespace = %q, %v; want 0", text, err)
	}
	for _, since := range []bool{false, true} {
		t.Run(fmt.Sprint("told since: ", since), func(t *testing.T) {
			host(t)
			b := network.Bridge{Name: "byhandtest", Dir: t.TempDir()}
			for range 2 {
				if err := b.Up(nil); err != nil {
					t.Fatal(err)
				}
			}
			for _, device := range []string{"uplink", b.Name} {
				if on, err := network.Forwards(device); !on || err != nil {
					t.Errorf("Forwards(%s) = %v, %v; want true", device, on, err)
				}
			}
			if text, _ := os.ReadFile(all); string(text) != "0\n" {
				t.Errorf("ip_forward = %q; want 0 as before", text)
			}
			if since {
				if err := os.WriteFile(all, []byte("1"), 0); err != nil {
					t.Fatal(err)
				}
				defer os.WriteFile(all, []byte("0"), 0)
			}
			if err := b.Down(nil); err != nil {
				t.Fatal(err)
			}
			if on, err := network.Forwards("uplink"); on != since || err != nil {
				t.Errorf("Forwards(uplink) after Down = %v, %v; want %v", on, err, since)
			}
		})
	}
}

// TestManyAtOnce attaches members in parallel: each has an address of its own.
func TestManyAtOnce(t *testing.T) {
	host(t)
	b := bridge(t)
	const many = 50
	var wait sync.WaitGroup
	addresses := make([]netip.Addr, many)
	spaces := make([]*os.File, many)
	for i := range many {
		spaces[i] = namespace(t)
	}
	for i := range many {
		wait.Go(func() {
			e, err := b.Attach(nil, spaces[i], fmt.Sprint("member ", i))
			if err != nil {
				t.Error(err)
			}
			addresses[i] = e.Address
		})
	}
	wait.Wait()
	seen := map[netip.Addr]bool{}
	for i, a := range addresses {
		if seen[a] || !a.IsValid() {
			t.Errorf("the address of member %d = %s; want one of its own", i, a)
		}
		seen[a] = true
	}
	// All but the last have ended in a crash.
	if err := b.Keep(nil, func(owner string) bool { return owner == fmt.Sprint("member ", many-1) }); err != nil {
		t.Fatal(err)
	}
	_, e := attach(t, b, "next")
	if e.Address != e.Gateway.Next() && e.Address != e.Gateway.Next().Next() {
		t.Errorf("the address after the others were given back = %s; want the first or second", e.Address)
	}
}

// TestDownWithoutTheFile finds everything by name.
func TestDownWithoutTheFile(t *testing.T) {
	before := devices(t)
	b := network.Bridge{Name: "byhandtest", Dir: t.TempDir()}
	attach(t, b, "one")
	b.Dir = t.TempDir()
	if err := b.Down(nil); err != nil {
		t.Fatal(err)
	}
	if after := devices(t); after != before {
		t.Errorf("devices after Down = %q; want %q", after, before)
	}
	if err := b.Down(nil); err != nil {
		t.Errorf("Down again = %v; want nil", err)
	}
}

// TestAttachUndoes lets the last of the steps fail.
func TestAttachUndoes(t *testing.T) {
	b := bridge(t)
	if err := b.Up(nil); err != nil {
		t.Fatal(err)
	}
	before := devices(t)
	ns := namespace(t)
	in(t, ns, func() error {
		c, err := network.Open(nil)
		if err != nil {
			return err
		}
		defer c.Close()
		return c.AddBridge(network.Device) // the name is taken
	})
	_, err := b.Attach(nil, ns, "one")
	if !errors.Is(err, unix.EEXIST) {
		t.Errorf("Attach where the name is taken = %v; want EEXIST", err)
	}
	if after := devices(t); after != before {
		t.Errorf("devices after it = %q; want %q", after, before)
	}
	text, err := os.ReadFile(b.Dir + "/" + b.Name + ".json")
	if err != nil || strings.Contains(string(text), "one") {
		t.Errorf("the file after it = %s, %v; want no address for one", text, err)
	}
}

// TestOtherTablesStay has a table of somebody else's beside ours.
func TestOtherTablesStay(t *testing.T) {
	iptables, err := exec.LookPath("iptables")
	if err != nil {
		t.Skip("iptables is not installed: apt-get install iptables")
	}
	rules := func(args ...string) string {
		t.Helper()
		out, err := exec.Command(iptables, append([]string{"-t", "nat"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("iptables %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	rules("-A", "PREROUTING", "-p", "tcp", "--dport", "9", "-j", "ACCEPT")
	defer rules("-F")
	before := rules("-S")
	b := network.Bridge{Name: "byhandtest", Dir: t.TempDir()}
	_, e := attach(t, b, "one")
	if err := b.Publish("one", network.Published{HostPort: 9, Proto: "udp", Target: netip.AddrPortFrom(e.Address, 9)}); err != nil {
		t.Fatal(err)
	}
	if err := b.Down(nil); err != nil {
		t.Fatal(err)
	}
	if after := rules("-S"); after != before {
		t.Errorf("iptables' rules = %s; want as before %s", after, before)
	}
}

// TestRefusals sees what is missing named.
func TestRefusals(t *testing.T) {
	c := open(t)
	if err := c.AddBridge(strings.Repeat("long", 5)); !errors.Is(err, unix.ERANGE) && !errors.Is(err, unix.EINVAL) {
		t.Errorf("AddBridge of a name of 20 bytes = %v; want ERANGE or EINVAL", err)
	}
	if err := network.AddDNAT("byhandtest", "one", network.Published{Proto: "sctp"}); err == nil || !strings.Contains(err.Error(), "only tcp and udp") {
		t.Errorf("AddDNAT of sctp = %v; want a refusal", err)
	}
}

// TestAddressUsedAgain has a member leave and another one get its address: the
// host and the neighbours, who remember where it was, reach it at once.
func TestAddressUsedAgain(t *testing.T) {
	host(t)
	b := bridge(t)
	asker, _ := attach(t, b, "asker")
	for range 3 {
		ns, e := attach(t, b, "member")
		serve(t, ns, ":80")
		if got, want := dial(t, here(t), e.Address.String()+":80"), e.Gateway.String()+" hello"; got != want {
			t.Errorf("dial of the host = %q; want %q", got, want)
		}
		if got := dial(t, asker, e.Address.String()+":80"); !strings.HasSuffix(got, " hello") {
			t.Errorf("dial of a neighbour = %q; want hello", got)
		}
		if err := b.Detach(nil, "member"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHardware(t *testing.T) {
	if got, want := network.Hardware(netip.MustParseAddr("10.201.0.2")).String(), "02:42:0a:c9:00:02"; got != want {
		t.Errorf("Hardware(10.201.0.2) = %s; want %s", got, want)
	}
}
