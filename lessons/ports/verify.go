package ports

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
)

// standing returns the check that says that one of the processes is missing.
func standing(b *bench.Bench, names ...string) []lesson.Check {
	for _, name := range names {
		if _, err := pidOf(b, name); err != nil {
			return []lesson.Check{lesson.Equal("a process for the "+name, "standing", "none", err.Error()+"; "+b.Path(name)+" holds its number")}
		}
	}
	return nil
}

// apart judges that a process's network namespace is not that of another.
func apart(b *bench.Bench, name string, other int, whose string) (lesson.Check, error) {
	pid, err := pidOf(b, name)
	if err != nil {
		return lesson.Check{}, err
	}
	theirs, err := kernel.Namespace(pid, "net")
	if err != nil {
		return lesson.Check{}, err
	}
	ours, err := kernel.Namespace(other, "net")
	return lesson.Check{
		Name: fmt.Sprintf("/proc/%d/ns/net, the %s's", pid, name), Want: "not " + whose + ", " + ours, Got: theirs, OK: ours != theirs,
		Hint: "the " + name + " shares " + whose + " network namespace: unshare --net is missing",
	}, err
}

// reach judges what comes of a connection.
func reach(ctx context.Context, b *bench.Bench, from, to, want, hint string) (lesson.Check, error) {
	got, err := connect(ctx, b, from, to, "")
	whence := map[string]string{host: "from the host", outside: "from outside", box: "from inside"}[from]
	return lesson.Equal(whence+", connect to "+to, want, got, hint), err
}

// control marks a check as the one that must come out the other way.
func control(c lesson.Check, err error) (lesson.Check, error) {
	c.Control = true
	return c, err
}

// list collects checks until one can't be made.
type list struct {
	checks []lesson.Check
	err    error
}

func (l *list) add(c lesson.Check, err error) {
	if l.err == nil {
		l.checks, l.err = append(l.checks, c), err
	}
}

func stoodIn(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if refused := standing(b, host, outside); refused != nil {
		return refused, nil
	}
	pid, err := pidOf(b, host)
	if err != nil {
		return nil, err
	}
	var l list
	l.add(apart(b, host, 0, "your machine's"))
	l.add(apart(b, outside, pid, "the host's"))
	l.add(reach(ctx, b, outside, hostAddress+":80", "ECONNREFUSED", "the two are not connected: a host that is reached, and where nobody listens, refuses"))
	return l.checks, l.err
}

func isAlone(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if refused := standing(b, host, box); refused != nil {
		return refused, nil
	}
	pid, err := pidOf(b, host)
	if err != nil {
		return nil, err
	}
	var l list
	l.add(apart(b, box, pid, "the host's"))
	view, err := look(ctx, b, box)
	if err != nil {
		return nil, err
	}
	var devices []string
	for _, d := range view.Links {
		state := "down"
		if d.Up {
			state = "up"
		}
		devices = append(devices, d.Name+", "+state)
	}
	l.add(lesson.Equal("inside, the network devices", "lo, up", strings.Join(devices, "; "), "a new network namespace has lo and nothing else, and somebody must set it up"), nil)
	l.add(reach(ctx, b, box, outsideAddress+":80", "ENETUNREACH", "it reaches other networks: it has more than lo"))
	l.add(control(reach(ctx, b, host, outsideAddress+":80", "ECONNREFUSED", "the host does not reach it either, so the check before proves nothing")))
	return l.checks, l.err
}

func serves(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if refused := standing(b, host, box); refused != nil {
		return refused, nil
	}
	var l list
	l.add(reach(ctx, b, box, "127.0.0.1:80", greet, "no server listens at port 80 inside the container"))
	l.add(control(reach(ctx, b, host, "127.0.0.1:80", "ECONNREFUSED", "a server listens at port 80 of the host: it was started in the wrong network namespace")))
	return l.checks, l.err
}

func isLaid(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if refused := standing(b, host, box); refused != nil {
		return refused, nil
	}
	outer, err := look(ctx, b, host)
	if err != nil {
		return nil, err
	}
	inner, err := look(ctx, b, box)
	if err != nil {
		return nil, err
	}
	port, up, carries := "no such device", "no such device", "no such device"
	if d := outer.Link(cable); d != nil {
		port, carries = "of no bridge", "no"
		if d.Bridge != "" {
			port = d.Bridge
		}
		if d.Carries {
			carries = "yes"
		}
	}
	if d := inner.Link("eth0"); d != nil {
		up = "down"
		if d.Up {
			up = "up"
		}
	}
	return []lesson.Check{
		lesson.Equal("inside, eth0", "up", up, "the cable's other end is not in the container, or was not set up: ip link set eth0 up, inside"),
		lesson.Equal("at the host, "+cable+" is a port of", bridge, port, "the cable's end is not plugged into the bridge: ip link set "+cable+" master "+bridge),
		lesson.Equal("at the host, "+cable+" carries", "yes", carries, "a cable carries only once both its ends are up: ip link set "+cable+" up"),
	}, nil
}

func isAddressed(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if refused := standing(b, host, outside, box); refused != nil {
		return refused, nil
	}
	inner, err := look(ctx, b, box)
	if err != nil {
		return nil, err
	}
	address, route := "no eth0", "none"
	if d := inner.Link("eth0"); d != nil {
		address = "none"
		if len(d.Addresses) > 0 {
			slices.Sort(d.Addresses)
			address = strings.Join(d.Addresses, " ")
		}
	}
	if inner.Default {
		route = "there"
	}
	var l list
	l.add(lesson.Equal("inside, the address of eth0", member.String(), address, "eth0 has no address, or another one than "+member.String()), nil)
	l.add(lesson.Equal("inside, a default route", "there", route, "without a default route the container reaches its neighbours only: ip route add default via "+gateway.Addr().String()), nil)
	l.add(reach(ctx, b, host, member.Addr().String()+":80", greet, "the host does not reach the container: both need addresses of one subnet, "+subnet.String()))
	l.add(control(reach(ctx, b, outside, member.Addr().String()+":80", "ENETUNREACH", "from outside it can be reached already: nobody there should have a route to "+subnet.String())))
	return l.checks, l.err
}

func isOut(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if refused := standing(b, host, outside, box); refused != nil {
		return refused, nil
	}
	var forwards string
	if err := quietly(ctx, b, "forwards", struct{}{}, &forwards, host); err != nil {
		return nil, err
	}
	to := outsideAddress + ":7"
	got, err := connect(ctx, b, box, to, to)
	if err != nil {
		return nil, err
	}
	var l list
	l.add(lesson.Equal("at the host, net.ipv4.ip_forward", "1", strings.TrimSpace(forwards), "the host does not forward: what the container sends to others ends there"), nil)
	l.add(lesson.Equal("from inside, connect to "+to+", where a server says who calls", "you are "+hostAddress, got, "without masquerade the answers go to an address that nobody outside has a route to"), nil)
	l.add(control(reach(ctx, b, outside, hostAddress+":80", "ECONNREFUSED", "the way in should still be closed")))
	return l.checks, l.err
}

func isExposed(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if refused := standing(b, host, outside, box); refused != nil {
		return refused, nil
	}
	var config struct {
		Config struct{ ExposedPorts map[string]struct{} }
	}
	noted := "no note"
	if text, err := os.ReadFile(b.Path("config.json")); err == nil {
		if err := json.Unmarshal(text, &config); err != nil {
			noted = err.Error()
		}
		for p := range config.Config.ExposedPorts {
			noted = p
		}
	}
	var l list
	l.add(lesson.Equal("ExposedPorts in config.json", "80/tcp", noted, "the note was not written, or says something else"), nil)
	l.add(reach(ctx, b, outside, hostAddress+":80", "ECONNREFUSED", "something does listen at port 80 of the host, or was published there"))
	l.add(control(reach(ctx, b, host, member.Addr().String()+":80", greet, "the server inside does not answer at all, so the check before proves nothing")))
	return l.checks, l.err
}

func isPublished(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if refused := standing(b, host, outside, box); refused != nil {
		return refused, nil
	}
	var l list
	l.add(reach(ctx, b, outside, hostAddress+":8080", greet, "no rule leads port 8080 of the host to port 80 of the container"))
	l.add(control(reach(ctx, b, outside, hostAddress+":80", "ECONNREFUSED", "another port than 8080 leads inside: published is what was asked for, and nothing else")))
	l.add(control(reach(ctx, b, outside, hostAddress+":8081", "ECONNREFUSED", "another port than 8080 leads inside: published is what was asked for, and nothing else")))
	return l.checks, l.err
}
