package wire

import (
	"context"
	"errors"

	"byhand/lab/container"
	"byhand/lab/ports"
	"byhand/lab/process"
	"byhand/lab/state"
)

// passOut publishes the ports of a container that has a loopback device only:
// a process in its network namespace connects to them there, and passes the
// sockets out. No device of the machine's is needed, and so no root.
func (w *Wire) passOut(c container.Config, pid int) (state.Address, error) {
	bindings, err := Bindings(c)
	if err != nil || len(bindings) == 0 {
		return state.Address{}, err
	}
	open, err := ports.Listen(context.Background(), bindings)
	if err != nil {
		return state.Address{}, err
	}
	passage, err := ports.Enter(pid, process.Command{})
	if err != nil {
		return state.Address{}, errors.Join(err, ports.Close(open))
	}
	w.serve(func(ctx context.Context) error {
		return errors.Join(ports.Serve(ctx, open, passage.Dial), passage.Close())
	})
	return state.Address{Ports: portsOf(open)}, nil
}
