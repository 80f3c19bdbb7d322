package store

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
)

// Parse reads an image's name as Docker does: alpine is
// docker.io/library/alpine:latest.
func Parse(ref string) (name.Reference, error) {
	var opts []name.Option
	// Docker knows localhost as a machine even without a port or a dot; to the
	// library it would be a user of Docker Hub.
	if rest, ok := strings.CutPrefix(ref, "localhost/"); ok {
		ref, opts = rest, append(opts, name.WithDefaultRegistry("localhost"))
	}
	parsed, err := name.ParseReference(ref, opts...)
	if err != nil {
		return nil, fmt.Errorf("image name %q: %w", ref, err)
	}
	if host := parsed.Context().RegistryStr(); !hostForm().MatchString(host) {
		return nil, fmt.Errorf("image name %q: %q is no machine's name", ref, host)
	}
	for part := range strings.SplitSeq(parsed.Context().RepositoryStr(), "/") {
		if !partForm().MatchString(part) {
			return nil, fmt.Errorf("image name %q: the part %q is not of letters and digits, divided by one of . _ __ or dashes", ref, part)
		}
	}
	return parsed, nil
}

// hostForm is a machine's name or address, perhaps with a port.
var hostForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(:[0-9]+)?$`)
})

// partForm is a part of a repository's name in Docker's grammar, which is
// stricter than the library's: a part of ".." could climb out of a directory.
var partForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$`)
})

// hub is Docker Hub as the library calls it; people say docker.io.
const hub = name.DefaultRegistry

// Full is a name in full, docker.io/library/alpine:latest: what the store's
// index keeps, so that other programs understand it.
func Full(ref name.Reference) string {
	full := ref.Name()
	if rest, ok := strings.CutPrefix(full, hub+"/"); ok {
		return "docker.io/" + rest
	}
	return full
}

// Short is a full name as people write it, alpine:latest.
func Short(full string) string {
	rest, ok := strings.CutPrefix(full, "docker.io/")
	if !ok {
		return full
	}
	return strings.TrimPrefix(rest, "library/")
}

// Split divides a short name into repository and tag; one by digest has none.
func Split(short string) (repository, tag string) {
	if repository, _, ok := strings.Cut(short, "@"); ok {
		return repository, "<none>"
	}
	i := strings.LastIndexByte(short, ':')
	if i < strings.LastIndexByte(short, '/') || i < 0 {
		return short, "<none>"
	}
	return short[:i], short[i+1:]
}

// idForm is what may be an image's id or its beginning.
var idForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(sha256:)?[0-9a-f]{4,64}$`)
})
