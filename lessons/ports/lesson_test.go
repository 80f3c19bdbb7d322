package ports

import (
	"context"
	"net/netip"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
	"byhand/lab/namespace"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Stand in for a host, and for a computer outside": {
			{Name: "nothing started", Do: lessontest.Nothing, Says: "a process for the host"},
			{Name: "in one namespace", Do: oneNamespace, Says: "shares the host's network namespace"},
			{Name: "the cable dead", Do: afterIn(makeStandIn, `$outside ip link set eth0 down`, outside), Says: "not connected"},
		},
		"Start a container with a network of its own": {
			{Name: "nothing started", Do: lessontest.Nothing, Says: "a process for the box"},
			{Name: "in the host's network", Do: sharing, Says: "shares the host's network namespace"},
			{Name: "lo left down", Do: after(startAlone, `$box ip link set lo down`), Says: "somebody must set it up"},
		},
		"Start a server in it": {
			{Name: "no server", Do: lessontest.Nothing, Says: "no server listens at port 80"},
			{Name: "at another port", Do: func(ctx context.Context, b *bench.Bench) error { return serveAt(ctx, b, box, 8080) }, Says: "no server listens at port 80"},
			{Name: "at the host", Do: func(ctx context.Context, b *bench.Bench) error { return serveAt(ctx, b, host, 80) }, Says: "wrong network namespace"},
		},
		"Lay a cable from it to a switch": {
			{Name: "no cable", Do: lessontest.Nothing, Says: "not in the container"},
			{Name: "the veth not moved", Do: after(nil, `$host ip link add byhand0 type bridge
$host ip link set byhand0 up
$host ip link add veth0 type veth peer name eth0
$host ip link set veth0 master byhand0
$host ip link set veth0 up
$host ip link set eth0 up`), Says: "not in the container"},
			{Name: "not plugged into the bridge", Do: after(layCable, `$host ip link set veth0 nomaster`), Says: "not plugged"},
			{Name: "the end inside down", Do: after(layCable, `$box ip link set eth0 down`), Says: "not set up"},
			{Name: "the end outside down", Do: after(layCable, `$host ip link set veth0 down`), Says: "both its ends are up"},
		},
		"Give both ends addresses, and the container a way out": {
			{Name: "no addresses", Do: lessontest.Nothing, Says: "eth0 has no address"},
			{Name: "none inside", Do: after(nil, `$host ip addr add 10.201.0.1/24 dev byhand0`), Says: "eth0 has no address"},
			{Name: "of another subnet inside", Do: otherSubnet, Says: "another one than"},
			{Name: "none at the bridge", Do: after(giveAddresses, `$host ip addr flush dev byhand0`), Says: "both need addresses of one subnet"},
			{Name: "no route", Do: after(giveAddresses, `$box ip route del default`), Says: "without a default route"},
			{Name: "the cable dead", Do: after(giveAddresses, `$host ip link set veth0 down`), Says: "does not reach the container"},
		},
		"Let the container out, under the host's address": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "does not forward"},
			{Name: "no forwarding", Do: after(letOut, `$host sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward'`), Says: "does not forward"},
			{Name: "no masquerade", Do: after(nil, forwarding), Says: "without masquerade"},
		},
		"Note that port 80 is exposed": {
			{Name: "no note", Do: lessontest.Nothing, Says: "the note was not written"},
			{Name: "of another port", Do: after(nil, `echo '{"config": {"ExposedPorts": {"81/tcp": {}}}}' >"$LAB/config.json"`), Says: "says something else"},
			{Name: "published instead", Do: exposePublished, Says: "was published there"},
			{Name: "the server gone", Do: after(expose, `$host ip link set veth0 down`), Says: "does not answer at all"},
		},
		"Publish the port": {
			{Name: "nothing published", Do: lessontest.Nothing, Says: "no rule leads port 8080"},
			{Name: "another port of the host", Do: publish(8081, 80), Says: "no rule leads port 8080"},
			{Name: "another port of the container", Do: publish(8080, 8080), Says: "no rule leads port 8080"},
			{Name: "more than was asked for", Do: both(publish(8080, 80), publish(80, 80)), Says: "nothing else"},
		},
	})
}

// after does something, and then runs a script, which has the prefixes of the
// lesson's own.
func after(do func(context.Context, *bench.Bench) error, script string) func(context.Context, *bench.Bench) error {
	return afterIn(do, script, host, box)
}

func afterIn(do func(context.Context, *bench.Bench) error, script string, names ...string) func(context.Context, *bench.Bench) error {
	return func(ctx context.Context, b *bench.Bench) error {
		if do != nil {
			if err := do(ctx, b); err != nil {
				return err
			}
		}
		c := exec.CommandContext(ctx, "bash", "-eu", "-c", enter(names...)+script)
		c.Env = append(os.Environ(), "LAB="+b.Dir, "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin")
		c.Stderr = os.Stderr
		return c.Run()
	}
}

func both(one, two func(context.Context, *bench.Bench) error) func(context.Context, *bench.Bench) error {
	return func(ctx context.Context, b *bench.Bench) error {
		if err := one(ctx, b); err != nil {
			return err
		}
		return two(ctx, b)
	}
}

// oneNamespace stands the computer outside in the host's own.
func oneNamespace(ctx context.Context, b *bench.Bench) error {
	if err := stand(ctx, b, host, namespace.Isolated(unix.CLONE_NEWUSER|unix.CLONE_NEWNET, "stay", nil)); err != nil {
		return err
	}
	c, err := at(b, host, "stay", nil)
	if err != nil {
		return err
	}
	return stand(ctx, b, outside, c)
}

// sharing stands the container in the host's network namespace.
func sharing(ctx context.Context, b *bench.Bench) error {
	c, err := at(b, host, "stay", nil)
	if err != nil {
		return err
	}
	return stand(ctx, b, box, c)
}

func otherSubnet(ctx context.Context, b *bench.Bench) error {
	p := plan()
	p.Gateway, p.Member = netip.MustParsePrefix("10.202.0.1/24"), netip.MustParsePrefix("10.202.0.2/24")
	return run(ctx, b, "addresses", p, nil, box)
}

// exposePublished takes EXPOSE for -p.
func exposePublished(ctx context.Context, b *bench.Bench) error {
	return both(expose, publish(80, 80))(ctx, b)
}
