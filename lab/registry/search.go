package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// HubSearch is where Docker Hub answers searches.
const HubSearch = "https://index.docker.io/v1/search"

// Found is a repository that a search found.
type Found struct {
	// Name is what pull takes.
	Name string `json:"name"`
	// Description is its owner's; a plain registry has none.
	Description string `json:"description"`
	// Stars counts people who like it, and Official says that Docker keeps it.
	Stars    int  `json:"star_count"`
	Official bool `json:"is_official"`
}

// Search finds repositories by a term. "node" asks Docker Hub at hub, which is
// HubSearch but for tests; "localhost:5000/node" asks that registry, which has
// nothing to search but its catalog.
func (c *Client) Search(ctx context.Context, hub, term string, limit int) ([]Found, error) {
	host, rest, ok := strings.Cut(term, "/")
	if ok && (strings.ContainsAny(host, ".:") || host == "localhost") {
		found, err := c.searchCatalog(ctx, host, rest, limit)
		if err != nil {
			return nil, fmt.Errorf("search %s: %w", term, err)
		}
		return found, nil
	}
	found, err := c.searchHub(ctx, hub, term, limit)
	if err != nil {
		return nil, fmt.Errorf("search %s: %w", term, err)
	}
	return found, nil
}

func (c *Client) searchHub(ctx context.Context, hub, term string, limit int) ([]Found, error) {
	ctx, cancel := context.WithTimeout(ctx, c.stall())
	defer cancel()
	q := url.Values{"q": {term}, "n": {strconv.Itoa(limit)}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, hub+"?"+q.Encode(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, newStatusError(resp)
	}
	var answer struct{ Results []Found }
	if err := json.NewDecoder(io.LimitReader(resp.Body, manifestLimit)).Decode(&answer); err != nil {
		return nil, fmt.Errorf("the answer: %w", err)
	}
	return answer.Results[:min(limit, len(answer.Results))], nil
}

func (c *Client) searchCatalog(ctx context.Context, host, term string, limit int) ([]Found, error) {
	registry, err := name.NewRegistry(host)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 4*c.stall())
	defer cancel()
	t, err := c.transport(registry)
	if err != nil {
		return nil, err
	}
	auth, err := authn.DefaultKeychain.Resolve(registry)
	if err != nil {
		return nil, err
	}
	t, err = transport.NewWithContext(ctx, registry, auth, t, []string{transport.CatalogScope})
	if err != nil {
		return nil, err
	}
	names, err := remote.Catalog(ctx, registry, remote.WithTransport(t))
	if err != nil {
		return nil, err
	}
	var found []Found
	for _, n := range names {
		if strings.Contains(n, term) && len(found) < limit {
			found = append(found, Found{Name: host + "/" + n})
		}
	}
	return found, nil
}
