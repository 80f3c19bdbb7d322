// Package registry moves images between the store and registries, as pull and
// push, and serves one from a directory. See the OCI distribution
// specification; a registry is a web server with four kinds of addresses.
package registry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"byhand/lab/store"
)

// Client moves images between a store and registries.
type Client struct {
	// Store is where images come from and go to.
	Store *store.Store
	// Progress is called as bytes come or go; it may be nil, and is called
	// from several goroutines.
	Progress func(Progress)
	// Stall is how long a registry may send nothing; 0 means 30 seconds.
	Stall time.Duration
	// Patience is the first wait before a retry, which doubles; 0 means one second.
	Patience time.Duration
}

// Progress tells how much of a layer has moved.
type Progress struct {
	// Blob is the layer's digest, or zero for an image as a whole.
	Blob v1.Hash
	// Done and Total count bytes.
	Done, Total int64
	// Note says why the layer has to wait, or is empty.
	Note string
}

func (c *Client) progress(p Progress) {
	if c.Progress != nil {
		c.Progress(p)
	}
}

func (c *Client) stall() time.Duration {
	if c.Stall > 0 {
		return c.Stall
	}
	return 30 * time.Second
}

// transport is how requests to a registry travel: over TLS that its own
// authority may have signed, in Docker's place for that, /etc/docker/certs.d.
func (c *Client) transport(registry name.Registry) (http.RoundTripper, error) {
	base, ok := remote.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, errors.New("the library's transport is of an unknown kind")
	}
	t := base.Clone()
	t.ResponseHeaderTimeout = c.stall()
	certs, err := filepath.Glob(filepath.Join("/etc/docker/certs.d", registry.RegistryStr(), "*.crt"))
	if err != nil || len(certs) == 0 {
		return t, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("read the system's certificates: %w", err)
	}
	for _, path := range certs {
		pem, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate", path)
		}
	}
	t.TLSClientConfig = &tls.Config{RootCAs: pool}
	return t, nil
}

// authorized is transport for one repository, with a token for it: as whom
// Docker's configuration, or its helper, says, else as nobody.
func (c *Client) authorized(ctx context.Context, repo name.Repository, action string) (http.RoundTripper, error) {
	t, err := c.transport(repo.Registry)
	if err != nil {
		return nil, err
	}
	auth, err := authn.DefaultKeychain.Resolve(repo)
	if err != nil {
		return nil, fmt.Errorf("read the credentials for %s: %w", repo.RegistryStr(), err)
	}
	return transport.NewWithContext(ctx, repo.Registry, auth, t, []string{repo.Scope(action)})
}
