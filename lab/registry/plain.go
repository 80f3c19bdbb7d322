package registry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"byhand/lab/store"
)

// Plain speaks to a registry in bare HTTP requests, one at a time, as curl does:
// what push and pull come down to, without resuming, credentials and TLS.
type Plain struct {
	// Address is the registry's host and port.
	Address string
	// Repository is what the image is called there.
	Repository string
}

// Digest returns the digest of a file, and its size.
func Digest(file string) (v1.Hash, int64, error) {
	f, err := os.Open(file)
	if err != nil {
		return v1.Hash{}, 0, err
	}
	defer f.Close()
	return v1.SHA256(f)
}

// PushBlob uploads a file, under its digest: POST asks where to, and PUT sends it.
func (p Plain) PushBlob(ctx context.Context, file string) error {
	digest, _, err := Digest(file)
	if err != nil {
		return err
	}
	begun, err := p.ask(ctx, http.MethodPost, p.url("blobs", "uploads/"), "", nil)
	if err != nil {
		return err
	}
	begun.Body.Close()
	to, err := begun.Location()
	if err != nil {
		return fmt.Errorf("POST %s: %w", begun.Request.URL, err)
	}
	query := to.Query()
	query.Set("digest", digest.String())
	to.RawQuery = query.Encode()
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	stored, err := p.ask(ctx, http.MethodPut, to.String(), "application/octet-stream", f)
	if err != nil {
		return err
	}
	return stored.Body.Close()
}

// PushManifest gives a manifest a name. The registry refuses it unless it has all
// blobs that are named in it.
func (p Plain) PushManifest(ctx context.Context, tag string, manifest []byte) error {
	stored, err := p.ask(ctx, http.MethodPut, p.url("manifests", tag), string(types.OCIManifestSchema1), bytes.NewReader(manifest))
	if err != nil {
		return err
	}
	return stored.Body.Close()
}

// Manifest asks for the manifest that has a name, or a digest, and for the digest
// that the registry says it has.
func (p Plain) Manifest(ctx context.Context, reference string) (manifest []byte, said string, err error) {
	resp, err := p.ask(ctx, http.MethodGet, p.url("manifests", reference), string(types.OCIManifestSchema1), nil)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	manifest, err = io.ReadAll(io.LimitReader(resp.Body, manifestLimit))
	return manifest, resp.Header.Get("Docker-Content-Digest"), err
}

// Blob copies a blob to w, and says that the registry lies where what has come
// is not what was asked for.
func (p Plain) Blob(ctx context.Context, digest v1.Hash, w io.Writer) error {
	resp, err := p.ask(ctx, http.MethodGet, p.url("blobs", digest.String()), "", nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w, sum), resp.Body); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != digest.Hex {
		return fmt.Errorf("blob %s: %w: what has come has the digest sha256:%s", digest, store.ErrLie, got)
	}
	return nil
}

func (p Plain) url(kind, what string) string {
	return "http://" + p.Address + "/v2/" + p.Repository + "/" + kind + "/" + what
}

// ask makes one request. A body has the media type; without one, it is what is
// wanted of the answer.
func (p Plain) ask(ctx context.Context, method, url, mediaType string, body io.Reader) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return nil, err
	}
	header := "Accept"
	if body != nil {
		header = "Content-Type"
	}
	if mediaType != "" {
		r.Header.Set(header, mediaType)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 300 {
		resp.Body.Close()
		return nil, fmt.Errorf("%s %s: %w", method, url, newStatusError(resp))
	}
	return resp, nil
}
