package ports

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"byhand/lab/bench"
	"byhand/lab/namespace"
	"byhand/lab/network"
	"byhand/lab/process"
)

// makeStandIn stands a host and a computer outside, and connects them.
func makeStandIn(ctx context.Context, b *bench.Bench) error {
	if err := stand(ctx, b, host, namespace.Isolated(unix.CLONE_NEWUSER|unix.CLONE_NEWNET, "stay", nil)); err != nil {
		return err
	}
	c, err := at(b, host, "alone", nil)
	if err != nil {
		return err
	}
	if err := stand(ctx, b, outside, c); err != nil {
		return err
	}
	return run(ctx, b, "uplink", network.Uplink{
		Name: "uplink", Here: netip.MustParsePrefix(hostAddress + "/24"), There: netip.MustParsePrefix(outsideAddress + "/24"),
	}, nil, outside)
}

func startAlone(ctx context.Context, b *bench.Bench) error {
	c, err := at(b, host, "alone", nil)
	if err != nil {
		return err
	}
	return stand(ctx, b, box, c)
}

func startServer(ctx context.Context, b *bench.Bench) error { return serveAt(ctx, b, box, 80) }

// serveAt starts a server in one of the lesson's namespaces, and leaves it
// once it answers.
func serveAt(ctx context.Context, b *bench.Bench, name string, port int) error {
	c, err := at(b, name, "greet", network.Service{Port: port, Text: greet})
	if err != nil {
		return err
	}
	c.Born = b.Record
	if _, err := process.Start(b.Trace, c); err != nil {
		return err
	}
	for ctx, cancel := context.WithTimeout(ctx, patience); ; time.Sleep(10 * time.Millisecond) {
		got, err := connect(ctx, b, name, fmt.Sprintf("127.0.0.1:%d", port), "")
		if got == greet || err != nil {
			cancel()
			return err
		}
	}
}

// patience is how long a server may take to answer.
const patience = 10 * time.Second

func layCable(ctx context.Context, b *bench.Bench) error {
	if err := run(ctx, b, "switch", bridge, nil); err != nil {
		return err
	}
	return run(ctx, b, "cable", network.Cable{Bridge: bridge, Name: cable}, nil, box)
}

func giveAddresses(ctx context.Context, b *bench.Bench) error {
	return run(ctx, b, "addresses", plan(), nil, box)
}

func letOut(ctx context.Context, b *bench.Bench) error {
	return run(ctx, b, "let out", plan(), nil)
}

// note is what EXPOSE 80 writes into an image's configuration.
const note = `{"config": {"ExposedPorts": {"80/tcp": {}}}}` + "\n"

func expose(_ context.Context, b *bench.Bench) error {
	return os.WriteFile(b.Path("config.json"), []byte(note), 0o644)
}

// publish leads a port of the host to one of the container.
func publish(outer, inner uint16) func(context.Context, *bench.Bench) error {
	return func(ctx context.Context, b *bench.Bench) error {
		p := network.Published{HostPort: outer, Proto: "tcp", Target: netip.AddrPortFrom(member.Addr(), inner)}
		return run(ctx, b, "publish", network.Lead{Bridge: bridge, Port: p}, nil)
	}
}
