package image

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
)

// descriptor points to a file by the digest of its content, see the OCI image
// specification, descriptor.md.
type descriptor struct {
	MediaType   string
	Digest      string
	Annotations map[string]string
	Platform    *struct{ OS, Architecture string }
}

// isOurs tells whether d is for this kind of machine, or does not say.
func (d descriptor) isOurs() bool {
	return d.Platform == nil || d.Platform.OS == "linux" && d.Platform.Architecture == runtime.GOARCH
}

// savedAsLayout reads index.json, see the OCI image specification,
// image-layout.md and image-index.md.
func (s store) savedAsLayout() ([]saved, error) {
	content, err := s.read("index.json")
	if err != nil {
		return nil, err
	}
	var index struct{ Manifests []descriptor }
	if err := json.Unmarshal(content, &index); err != nil {
		return nil, fmt.Errorf("index.json: %w", err)
	}
	var out []saved
	for _, d := range index.Manifests {
		img := saved{
			open:     func() ([]byte, []string, error) { return s.layoutImage(d, 0) },
			manifest: func() ([]byte, error) { return s.manifestOf(d, 0) },
		}
		for _, key := range []string{"org.opencontainers.image.ref.name", "io.containerd.image.name"} {
			if name := d.Annotations[key]; name != "" {
				img.names = append(img.names, name)
			}
		}
		out = append(out, img)
	}
	return out, nil
}

// layoutImage reads the manifest that d points to. If that is an index of the
// same image for several machines, it takes the one for this machine.
func (s store) layoutImage(d descriptor, depth int) (config []byte, layers []string, err error) {
	content, err := s.blob(d.Digest)
	if err != nil {
		return nil, nil, err
	}
	var m struct {
		Manifests, Layers []descriptor
		Config            descriptor
	}
	if err := json.Unmarshal(content, &m); err != nil {
		return nil, nil, fmt.Errorf("manifest %s: %w", d.Digest, err)
	}
	if len(m.Manifests) > 0 {
		for _, sub := range m.Manifests {
			if depth < 3 && sub.isOurs() {
				return s.layoutImage(sub, depth+1)
			}
		}
		return nil, nil, fmt.Errorf("index %s: no image for linux/%s", d.Digest, runtime.GOARCH)
	}
	if config, err = s.blob(m.Config.Digest); err != nil {
		return nil, nil, err
	}
	for _, l := range m.Layers {
		name, err := blobName(l.Digest)
		if err != nil {
			return nil, nil, err
		}
		layers = append(layers, name)
	}
	return config, layers, nil
}

// blob reads the small file that has this digest, and verifies that.
func (s store) blob(digest string) ([]byte, error) {
	name, err := blobName(digest)
	if err != nil {
		return nil, err
	}
	b, err := s.read(name)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != strings.TrimPrefix(digest, "sha256:") {
		return nil, fmt.Errorf("%s has the digest sha256:%x", name, sum)
	}
	return b, nil
}

// blobName is where a layout keeps the file with this digest.
func blobName(digest string) (string, error) {
	sum, ok := strings.CutPrefix(digest, "sha256:")
	if b, err := hex.DecodeString(sum); !ok || err != nil || len(b) != sha256.Size {
		return "", fmt.Errorf("digest %q is not a SHA-256 sum", digest)
	}
	return "blobs/sha256/" + sum, nil
}
