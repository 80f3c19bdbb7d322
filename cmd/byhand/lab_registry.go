package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"byhand/lab/registry"
)

// newLabRegistry holds the command that makes this machine a registry.
func newLabRegistry() *cobra.Command {
	c := &cobra.Command{
		Use: "registry COMMAND", Short: "a registry of your own", Args: known,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newLabRegistryServe())
	return c
}

func newLabRegistryServe() *cobra.Command {
	var address, dir string
	c := &cobra.Command{
		Use: "serve", Short: "serve images to docker, podman, skopeo, crane until Ctrl-C", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := openImages(c.Context())
			if err != nil {
				return err
			}
			if dir == "" {
				dir = filepath.Join(filepath.Dir(s.Dir()), "registry")
			}
			h, err := registry.Serve(dir, log.New(c.ErrOrStderr(), "", log.Ltime))
			if err != nil {
				return err
			}
			l, err := (&net.ListenConfig{}).Listen(c.Context(), "tcp", address)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "serving %s at %s\n", dir, l.Addr())
			return untilDone(c.Context(), l, h)
		},
	}
	// Loopback only, unless one asks for more: there are no passwords.
	c.Flags().StringVar(&address, "address", "127.0.0.1:5000", "where to listen; :5000 serves the whole network, without a password")
	c.Flags().StringVar(&dir, "dir", "", "where the images lie (default: beside the lab's own)")
	return c
}

// untilDone serves until the context ends, and lets requests under way finish.
func untilDone(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(server.Shutdown(grace), ctx.Err())
}
