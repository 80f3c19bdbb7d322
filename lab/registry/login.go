package registry

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/docker/cli/cli/config"
	clitypes "github.com/docker/cli/cli/config/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// Login tries credentials at a registry, and keeps them where Docker does: in
// its configuration, or with the helper that this names.
func (c *Client) Login(ctx context.Context, host, user, password string) error {
	registry, err := name.NewRegistry(host)
	if err != nil {
		return err
	}
	if err := c.try(ctx, registry, &authn.Basic{Username: user, Password: password}); err != nil {
		return fmt.Errorf("log in to %s as %s: %w", registry, user, err)
	}
	file, err := config.Load(os.Getenv("DOCKER_CONFIG"))
	if err != nil {
		return fmt.Errorf("read Docker's configuration: %w", err)
	}
	key := registry.RegistryStr()
	if key == name.DefaultRegistry {
		key = authn.DefaultAuthKey
	}
	keeper := file.GetCredentialsStore(key)
	if err := keeper.Store(clitypes.AuthConfig{ServerAddress: key, Username: user, Password: password}); err != nil {
		return fmt.Errorf("keep the credentials for %s: %w", key, err)
	}
	return nil
}

// try asks a registry for nothing but whether it takes the credentials.
func (c *Client) try(ctx context.Context, registry name.Registry, auth authn.Authenticator) error {
	ctx, cancel := context.WithTimeout(ctx, 4*c.stall())
	defer cancel()
	t, err := c.transport(registry)
	if err != nil {
		return err
	}
	if t, err = transport.NewWithContext(ctx, registry, auth, t, nil); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, registry.Scheme()+"://"+registry.RegistryStr()+"/v2/", nil)
	if err != nil {
		return err
	}
	resp, err := t.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return newStatusError(resp)
	}
	return nil
}
