package vm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// qmp speaks the QEMU Machine Protocol (QEMU's docs/interop/qmp-spec).
type qmp struct {
	encoder *json.Encoder
	decoder *json.Decoder
}

func newQMP(m *Machine) (*qmp, error) {
	q := &qmp{encoder: json.NewEncoder(m.monitor), decoder: json.NewDecoder(m.monitor)}
	return q, q.do("qmp_capabilities", nil, nil)
}

// do executes a command and reads what it returns into result.
func (q *qmp) do(command string, args, result any) error {
	order := map[string]any{"execute": command}
	if args != nil {
		order["arguments"] = args
	}
	if err := q.encoder.Encode(order); err != nil {
		return fmt.Errorf("qemu monitor: %s: %w", command, err)
	}
	for {
		var answer struct {
			Return json.RawMessage
			Error  *struct{ Desc string }
		}
		if err := q.decoder.Decode(&answer); err != nil {
			return fmt.Errorf("qemu monitor: %s: %w", command, err)
		}
		switch {
		case answer.Error != nil:
			return fmt.Errorf("qemu monitor: %s: %s", command, answer.Error.Desc)
		case answer.Return == nil: // the greeting, or an event
		case result == nil:
			return nil
		default:
			return json.Unmarshal(answer.Return, result)
		}
	}
}

// store writes the machine's state to the file, a name without quotes in QEMU's
// directory. The machine must run: one that was stopped stays so when it is
// taken up again.
func (q *qmp) store(ctx context.Context, file string) error {
	// Without a limit: the default is meant for a network.
	if err := q.do("migrate-set-parameters", map[string]any{"max-bandwidth": int64(1) << 40}, nil); err != nil {
		return err
	}
	// "file:" would need QEMU 8.2.
	if err := q.do("migrate", map[string]any{"uri": "exec:cat >" + file}, nil); err != nil {
		return err
	}
	for {
		var state struct {
			Status string
			Desc   string `json:"error-desc"`
		}
		if err := q.do("query-migrate", nil, &state); err != nil {
			return err
		}
		switch state.Status {
		case "completed":
			return nil
		case "failed", "cancelled":
			return errors.New("store the machine's state: " + state.Status + ": " + state.Desc)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
