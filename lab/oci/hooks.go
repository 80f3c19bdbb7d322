package oci

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// runHooks executes hooks in turn, each with the container's state on its
// standard input, up to the first that fails.
func runHooks(kind string, hooks []specs.Hook, state specs.State) error {
	for _, h := range hooks {
		if err := runHook(h, state); err != nil {
			return fmt.Errorf("hooks.%s: %s: %w", kind, h.Path, err)
		}
	}
	return nil
}

func runHook(h specs.Hook, state specs.State) error {
	text, err := json.Marshal(state)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	if h.Timeout != nil {
		ctx, cancel = context.WithTimeout(ctx, time.Duration(*h.Timeout)*time.Second)
	}
	defer cancel()
	c := exec.CommandContext(ctx, h.Path)
	if len(h.Args) > 0 {
		c.Args = h.Args
	}
	c.Env = append([]string{}, h.Env...) // not nil, which would be ours
	c.Stdin = bytes.NewReader(text)
	var output bytes.Buffer
	c.Stdout, c.Stderr = &output, &output
	c.WaitDelay = time.Second
	if err := c.Run(); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("not done after %d s", *h.Timeout)
		}
		if output.Len() > 0 {
			return fmt.Errorf("%w: %s", err, bytes.TrimSpace(output.Bytes()))
		}
		return err
	}
	return nil
}

// runtimeHooks lets whoever creates the container run its hooks, and then runs
// those that are to see the container's namespaces.
func (i *first) runtimeHooks() error {
	h := i.Spec.Hooks
	if h == nil {
		return nil
	}
	sync := i.files[fileSync]
	if _, err := sync.Write([]byte{0}); err != nil {
		return fmt.Errorf("tell that the container is ready for its hooks: %w", err)
	}
	answer := make([]byte, 1)
	if _, err := sync.Read(answer); err != nil {
		return fmt.Errorf("hear of the hooks: %w", err)
	}
	return runHooks("createContainer", h.CreateContainer, i.State)
}
