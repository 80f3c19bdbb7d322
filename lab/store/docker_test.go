package store

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// inspected is what docker image inspect printed of an image.
type inspected struct {
	ID       string `json:"Id"`
	RepoTags []string
	Config   configured
	RootFS   struct{ Layers []v1.Hash }
}

// configured is what an image says of the containers made of it.
type configured struct {
	User, WorkingDir, StopSignal string
	Env, Cmd, Entrypoint         []string
	Labels                       map[string]string
	ExposedPorts, Volumes        map[string]struct{}
}

// dockers are the directories with what real Dockers saved, exported and printed;
// see make.sh in there.
func dockers(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("../image/testdata/docker-*")
	if err != nil || len(all) == 0 {
		t.Fatalf("no directory of a Docker: %v", err)
	}
	return all
}

// unzipped opens a compressed file.
func unzipped(t *testing.T, elem ...string) io.Reader {
	t.Helper()
	f, err := os.Open(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	plain, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// TestLoadsDockers loads what real Dockers saved, and wants of each image what
// that Docker printed of it: above all its id, which is the digest of the
// configuration, and the digests of its layers.
func TestLoadsDockers(t *testing.T) {
	for _, docker := range dockers(t) {
		t.Run(filepath.Base(docker), func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(docker, "inspect.json"))
			if err != nil {
				t.Fatal(err)
			}
			var all []inspected
			if err := json.Unmarshal(text, &all); err != nil || len(all) != 3 {
				t.Fatalf("%d images were inspected, %v; want 3", len(all), err)
			}
			s := open(t)
			loaded, err := s.Load(t.Context(), unzipped(t, docker, "saved.tar.gz"))
			if err != nil || len(loaded) != len(all) {
				t.Fatalf("Load() = %d images, %v; want %d", len(loaded), err, len(all))
			}
			for _, want := range all {
				for _, name := range want.RepoTags {
					img, err := s.Find(name)
					if err != nil {
						t.Errorf("Find(%s) = %v", name, err)
						continue
					}
					if img.ID.String() != want.ID || !slices.Equal(img.Config.RootFS.DiffIDs, want.RootFS.Layers) {
						t.Errorf("Find(%s) = %s of layers %s; want %s of %s", name, img.ID, img.Config.RootFS.DiffIDs, want.ID, want.RootFS.Layers)
					}
					c := img.Config.Config
					got := configured{c.User, c.WorkingDir, c.StopSignal, c.Env, c.Cmd, c.Entrypoint, c.Labels, c.ExposedPorts, c.Volumes}
					if got, want := asJSON(t, got), asJSON(t, want.Config); got != want {
						t.Errorf("Find(%s) is configured\n%s\nwant\n%s", name, got, want)
					}
					if _, err := s.Root(t.Context(), img); err != nil {
						t.Errorf("Root(%s) = %v", name, err)
					}
				}
			}
			// Saved again, they are the same images.
			var again bytes.Buffer
			if err := s.Save(t.Context(), &again, all[2].RepoTags[0]); err != nil {
				t.Fatal(err)
			}
			other := open(t)
			if _, err := other.Load(t.Context(), &again); err != nil {
				t.Fatal(err)
			}
			if img, err := other.Find(all[2].RepoTags[0]); err != nil || img.ID.String() != all[2].ID {
				t.Errorf("saved and loaded again: %v, %v; want %s", img, err, all[2].ID)
			}
		})
	}
}

// TestImportsDockers imports what real Dockers exported.
func TestImportsDockers(t *testing.T) {
	for _, docker := range dockers(t) {
		t.Run(filepath.Base(docker), func(t *testing.T) {
			s := open(t)
			img, err := s.Import(t.Context(), unzipped(t, docker, "exported.tar.gz"), "exported:1", "test", nil, time.Unix(1e9, 0))
			if err != nil {
				t.Fatal(err)
			}
			exported, err := io.ReadAll(unzipped(t, docker, "exported.tar.gz"))
			if err != nil {
				t.Fatal(err)
			}
			want, _, err := v1.SHA256(bytes.NewReader(exported))
			if err != nil || !slices.Equal(img.Config.RootFS.DiffIDs, []v1.Hash{want}) {
				t.Errorf("Import() = layers %s, %v; want one, %s", img.Config.RootFS.DiffIDs, err, want)
			}
			dirs, err := s.Root(t.Context(), img)
			if err != nil || len(dirs) != 1 {
				t.Fatalf("Root() = %q, %v; want one directory", dirs, err)
			}
			if text, err := os.ReadFile(filepath.Join(dirs[0], "etc/inside")); string(text) != "inside\n" {
				t.Errorf("etc/inside = %q, %v; want what was written in the container", text, err)
			}
		})
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
