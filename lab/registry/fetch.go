package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"byhand/lab/store"
)

// tries is how often a blob is asked for while nothing of it comes.
const tries = 6

// fetch brings one blob into the store. Where the connection is cut, it goes
// on from there; a blob that is not what its digest says is an error at once.
func (c *Client) fetch(ctx context.Context, t http.RoundTripper, repo name.Repository, d v1.Descriptor) error {
	if len(d.URLs) > 0 {
		return fmt.Errorf("layer %s: it lies at %s and not in the registry; such are refused", d.Digest, d.URLs[0])
	}
	p, err := c.Store.Resume(ctx, d)
	if err != nil {
		return fmt.Errorf("layer %s: %w", d.Digest, err)
	}
	if p == nil {
		c.progress(Progress{Blob: d.Digest, Done: d.Size, Total: d.Size})
		return nil
	}
	defer p.Close()
	most := p.Has()
	for failed := 0; p.Has() < d.Size; {
		err := c.part(ctx, t, repo, d, p)
		if err == nil {
			break
		}
		var answer *statusError
		if ctx.Err() != nil || errors.Is(err, store.ErrLie) || errors.As(err, &answer) && !answer.temporary() {
			return fmt.Errorf("layer %s: %w", d.Digest, err)
		}
		// Only what had never come before counts: a registry whose blob ends too
		// early could else send it again and again.
		if failed++; p.Has() > most {
			failed, most = 1, p.Has()
		}
		if failed == tries {
			return fmt.Errorf("layer %s: %d tries: %w", d.Digest, tries, err)
		}
		asked := time.Duration(0)
		if answer != nil {
			asked = answer.after
		}
		c.progress(Progress{Blob: d.Digest, Done: p.Has(), Total: d.Size, Note: fmt.Sprintf("try %d: %v", failed+1, err)})
		if err := c.wait(ctx, failed-1, asked); err != nil {
			return err
		}
	}
	if err := p.Commit(); err != nil {
		return fmt.Errorf("layer %s: %w", d.Digest, err)
	}
	return nil
}

// part asks for what is missing of a blob, and reads as much as comes.
func (c *Client) part(ctx context.Context, t http.RoundTripper, repo name.Repository, d v1.Descriptor, p *store.Partial) error {
	ctx, cut := context.WithCancelCause(ctx)
	defer cut(nil)
	u := url.URL{Scheme: repo.Scheme(), Host: repo.RegistryStr(), Path: "/v2/" + repo.RepositoryStr() + "/blobs/" + d.Digest.String()}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	if p.Has() > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", p.Has(), d.Size-1))
	}
	resp, err := (&http.Client{Transport: t}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusPartialContent && p.Has() > 0:
	case resp.StatusCode == http.StatusOK, resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		// It can't send a part, or not this one.
		if err := p.Restart(); err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK {
			return errors.New("the registry can't send what is missing")
		}
	default:
		return newStatusError(resp)
	}
	stall := fmt.Errorf("nothing came for %v", c.stall())
	watch := time.AfterFunc(c.stall(), func() { cut(stall) })
	defer watch.Stop()
	body := reader(func(b []byte) (int, error) {
		n, err := resp.Body.Read(b)
		watch.Reset(c.stall())
		if err != nil && !errors.Is(err, io.EOF) && context.Cause(ctx) != nil {
			err = context.Cause(ctx)
		}
		return n, err
	})
	_, err = io.Copy(writer(func(b []byte) (int, error) {
		n, err := p.Write(b)
		c.progress(Progress{Blob: d.Digest, Done: p.Has(), Total: d.Size})
		return n, err
	}), body)
	if err == nil && p.Has() < d.Size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// reader and writer make of a function what io.Copy takes, and hide what else
// the thing behind it can do.
type (
	reader func([]byte) (int, error)
	writer func([]byte) (int, error)
)

func (f reader) Read(b []byte) (int, error)  { return f(b) }
func (f writer) Write(b []byte) (int, error) { return f(b) }

// statusError is an answer that is no blob.
type statusError struct {
	status string
	code   int
	after  time.Duration // how long the registry asks to wait
}

func newStatusError(resp *http.Response) *statusError {
	e := &statusError{status: resp.Status, code: resp.StatusCode}
	if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && n > 0 {
		e.after = time.Duration(min(n, 60)) * time.Second
	}
	return e
}

func (e *statusError) Error() string { return "the registry answers " + e.status }

// temporary tells whether asking again may help.
func (e *statusError) temporary() bool {
	return e.code == http.StatusTooManyRequests || e.code == http.StatusRequestTimeout || e.code >= 500
}
