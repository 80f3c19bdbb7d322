package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/registry"
	"byhand/lab/store"
	"byhand/lessons/internal/steps"
)

func packed(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	const hint = "the image was not made: tar, gzip, and a configuration beside it"
	return []lesson.Check{
		lesson.Equal("the image's layer", "there", there(b.Path("image", "layer.tar.gz")), hint),
		lesson.Equal("its configuration", "there", there(b.Path("image", "config.json")), hint),
	}, nil
}

func there(path string) string {
	if _, err := os.Stat(path); err != nil {
		return "not there"
	}
	return "there"
}

func serving(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	const hint = "no registry answers there: byhand lab registry serve"
	return []lesson.Check{lesson.Equal("GET /v2/ of the registry at the address in "+b.Path("address"), "200", status(ctx, at(b), http.MethodGet, "/v2/"), hint)}, nil
}

// status is the number of the answer to a request without a body.
func status(ctx context.Context, p registry.Plain, method, path string) string {
	if p.Address == "" {
		return "no address"
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://"+p.Address+path, nil)
	if err != nil {
		return err.Error()
	}
	r.Header.Set("Accept", "application/vnd.oci.image.manifest.v1+json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return "no answer"
	}
	resp.Body.Close()
	return fmt.Sprint(resp.StatusCode)
}

// digest is that of a file, or that there is none.
func digest(path string) string {
	d, _, err := registry.Digest(path)
	if err != nil {
		return "no such file"
	}
	return d.String()
}

// onDisk is a blob's file in the registry's directory.
func onDisk(b *bench.Bench, digest string) string {
	return b.Path("registry", "blobs", "sha256", strings.TrimPrefix(digest, "sha256:"))
}

// nowhere is the digest of what nobody has pushed.
var nowhere = "sha256:" + strings.Repeat("0", 64)

func pushed(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	var checks []lesson.Check
	for _, file := range []string{"config.json", "layer.tar.gz"} {
		want := digest(b.Path("image", file))
		checks = append(checks,
			same("the digest of what the registry has on its disk under that of "+file, want, digest(onDisk(b, want)), "it was not pushed, or is not what the image has: POST, then PUT with ?digest="),
			lesson.Equal("HEAD /v2/box/blobs/"+short(want), "200", status(ctx, at(b), http.MethodHead, "/v2/box/blobs/"+want), "the registry does not know it: a file laid into its directory is not enough, if it does not serve that directory"),
		)
	}
	control := lesson.Equal("the same of a digest that nobody has pushed", "404", status(ctx, at(b), http.MethodHead, "/v2/box/blobs/"+nowhere), "the registry says yes to everything")
	control.Control = true
	return append(checks, control), nil
}

// short is a digest as it is shown in a line.
func short(digest string) string {
	if len(digest) > 19 {
		return digest[:19] + "..."
	}
	return digest
}

// same wants two digests to be the same, and shows their beginnings.
func same(name, want, got, hint string) lesson.Check {
	return lesson.Check{Name: name, Want: short(want), Got: short(got), OK: want == got, Hint: hint}
}

func named(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	manifest, said, err := at(b).Manifest(ctx, tag)
	if err != nil {
		return []lesson.Check{lesson.Equal("GET /v2/box/manifests/1", "a manifest", "none", "no manifest has this tag: "+err.Error())}, nil
	}
	m, err := store.ParseManifest(manifest)
	if err != nil {
		return []lesson.Check{lesson.Equal("what has the tag", "a manifest", "something else", err.Error())}, nil
	}
	layer := "none"
	if len(m.Layers) == 1 {
		layer = m.Layers[0].Digest.String()
	}
	control := lesson.Equal("HEAD /v2/box/manifests/2, a tag that nobody gave", "404", status(ctx, at(b), http.MethodHead, "/v2/box/manifests/2"), "the registry says yes to everything")
	control.Control = true
	checks := []lesson.Check{
		same("the digest of what has the tag, as the registry says it", digest(b.Path("image", "manifest.json")), said, "it is not the manifest in "+b.Path("image")),
		same("the configuration in it", digest(b.Path("image", "config.json")), m.Config.Digest.String(), "it names another configuration"),
		same("the one layer in it", digest(b.Path("image", "layer.tar.gz")), layer, "it names another layer, or several"),
		control,
	}
	if !lesson.Passed(checks) {
		return checks, nil
	}
	id, err := pullElsewhere(ctx, b)
	if err != nil {
		id = err.Error()
	}
	return append(checks, same("the image that byhand lab pull gets, its ID", digest(b.Path("image", "config.json")), id, "a whole image can't be pulled")), nil
}

// pullElsewhere pulls the image as the engine does, into a store that is thrown
// away, and returns its ID.
func pullElsewhere(ctx context.Context, b *bench.Bench) (string, error) {
	dir, err := os.MkdirTemp("", "byhand-pull-*")
	if err != nil {
		return "", err
	}
	defer func() { _ = bench.RemoveTree(dir) }()
	s, err := store.Open(dir)
	if err != nil {
		return "", err
	}
	client := registry.Client{Store: s, Patience: time.Millisecond}
	img, err := client.Pull(ctx, at(b).Address+"/"+repository+":"+tag, "")
	if err != nil {
		return "", err
	}
	return img.ID.String(), nil
}

// pulledManifest is the manifest that was asked for; it names a layer.
func pulledManifest(b *bench.Bench) (*v1.Manifest, error) {
	raw, err := os.ReadFile(b.Path("pulled", "manifest.json"))
	if err != nil {
		return nil, err
	}
	m, err := store.ParseManifest(raw)
	if err != nil {
		return nil, err
	}
	if len(m.Layers) == 0 {
		return nil, errors.New("the manifest names no layer")
	}
	return m, nil
}

func asked(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	_, said, err := at(b).Manifest(ctx, tag)
	if err != nil {
		said = err.Error()
	}
	got := digest(b.Path("pulled", "manifest.json"))
	control := lesson.Equal("HEAD /v2/box/manifests/"+short(nowhere), "404", status(ctx, at(b), http.MethodHead, "/v2/box/manifests/"+nowhere), "the registry says yes to everything")
	control.Control = true
	return []lesson.Check{
		same("the digest of "+b.Path("pulled", "manifest.json"), said, got, "nothing was asked for, or what came was changed: jq and an editor's new line at the end do that"),
		lesson.Equal("HEAD /v2/box/manifests/"+short(got), "200", status(ctx, at(b), http.MethodHead, "/v2/box/manifests/"+got), "the registry knows no manifest of this digest"),
		control,
	}, nil
}

func pulled(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	m, err := pulledManifest(b)
	if err != nil {
		return []lesson.Check{lesson.Equal("the manifest", "pulled", "not yet", err.Error())}, nil
	}
	var checks []lesson.Check
	for i, what := range []string{"configuration", "layer"} {
		d := []v1.Descriptor{m.Config, m.Layers[0]}[i].Digest
		checks = append(checks, same("the digest of the "+what+" in "+b.Path("pulled"), d.String(), digest(b.Path("pulled", d.Hex)), "the "+what+" was not pulled, or not whole"))
	}
	if !lesson.Passed(checks) {
		return checks, nil
	}
	standing, err := steps.Isolated(ctx, b, b.Root())
	if err != nil || !lesson.Passed(standing) {
		return append(checks, standing...), err
	}
	text, _ := os.ReadFile(filepath.Join(b.Root(), "made"))
	return append(append(checks, standing...),
		lesson.Equal("in its root, /made, which came with the layer", "from the image", strings.TrimSpace(string(text)), "it stands in another root than the layer's")), nil
}

func lied(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	m, err := pulledManifest(b)
	if err != nil {
		return []lesson.Check{lesson.Equal("the manifest", "pulled", "not yet", err.Error())}, nil
	}
	layer := m.Layers[0].Digest.String()
	disk, again := digest(onDisk(b, layer)), digest(b.Path("pulled", "again"))
	checks := []lesson.Check{
		{Name: "the digest of the layer on the registry's disk", Want: "not " + short(layer) + ", its name", Got: short(disk), OK: disk != layer && strings.HasPrefix(disk, "sha256:"), Hint: "nothing was changed there, or the file is gone: nobody lies"},
		same("the digest of what was pulled again", disk, again, "it was not taken from there again, after that: "+b.Path("pulled", "again")),
	}
	if !lesson.Passed(checks) {
		return checks, nil
	}
	got := "refused"
	if id, err := pullElsewhere(ctx, b); err == nil {
		got = "pulled: " + id
	} else if !strings.Contains(err.Error(), layer) {
		got = err.Error()
	}
	config := m.Config.Digest.String()
	control := lesson.Equal("the same of the configuration, which nobody changed", "200", status(ctx, at(b), http.MethodHead, "/v2/box/blobs/"+config), "the configuration was changed, too, or the registry has ended: there is nothing to compare with")
	control.Control = true
	return append(checks,
		lesson.Equal("HEAD /v2/box/blobs/"+short(layer), "404", status(ctx, at(b), http.MethodHead, "/v2/box/blobs/"+layer), "the registry calls it by a name that is not its own any more"),
		control,
		lesson.Equal("the image, by byhand lab pull", "refused", got, "it fails for another reason than the layer, or not at all"),
		same("the digest of what was pulled before", layer, digest(b.Path("pulled", strings.TrimPrefix(layer, "sha256:"))), "the layer that was pulled before was overwritten"),
	), nil
}
