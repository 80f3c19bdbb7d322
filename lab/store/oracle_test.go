package store

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// saved writes an image of two layers to a file.
func saved(t *testing.T) (*Image, string) {
	t.Helper()
	s := open(t)
	base := put(t, s, "base", file{"etc/", ""}, file{"etc/a", "1"}, file{"etc/b", "1"})
	img := over(t, s, base, "example.org/top:1", archive(t, file{"etc/.wh.a", ""}, file{"etc/c", "2"}))
	path := filepath.Join(t.TempDir(), "saved.tar")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := s.Save(t.Context(), f, "example.org/top:1"); err != nil {
		t.Fatal(err)
	}
	return img, path
}

// TestSkopeoReadsOurs has skopeo read the two forms in one archive, and a
// store's own directory.
func TestSkopeoReadsOurs(t *testing.T) {
	img, path := saved(t)
	if got := run(t, "skopeo", "inspect", "--format", "{{.Digest}}", "oci-archive:"+path); got != img.Descriptor.Digest.String() {
		t.Errorf("skopeo says the digest is %s; want %s", got, img.Descriptor.Digest)
	}
	layout := filepath.Join(t.TempDir(), "layout")
	run(t, "skopeo", "copy", "docker-archive:"+path, "oci:"+layout+":x")
	if got := run(t, "skopeo", "inspect", "--config", "--raw", "oci:"+layout+":x"); !json.Valid([]byte(got)) {
		t.Errorf("configuration = %q; want JSON", got)
	}
}

// TestUmociUnpacksOurs compares what umoci unpacks with what is here.
func TestUmociUnpacksOurs(t *testing.T) {
	_, path := saved(t)
	dir := t.TempDir()
	run(t, "skopeo", "copy", "oci-archive:"+path, "oci:"+dir+"/layout:x")
	run(t, "umoci", "raw", "unpack", "--image", dir+"/layout:x", dir+"/root")
	for name, want := range map[string]string{"etc/b": "1", "etc/c": "2", "etc/a": ""} {
		if got, _ := os.ReadFile(filepath.Join(dir, "root", name)); string(got) != want {
			t.Errorf("umoci unpacked %s = %q; want %q", name, got, want)
		}
	}
}

// TestLoadsTheirs loads what skopeo and umoci wrote.
func TestLoadsTheirs(t *testing.T) {
	img, path := saved(t)
	dir := t.TempDir()
	layout := dir + "/layout"
	run(t, "skopeo", "copy", "oci-archive:"+path, "oci:"+layout+":x")
	run(t, "umoci", "config", "--image", layout+":x", "--config.cmd", "true")
	run(t, "skopeo", "copy", "oci:"+layout+":x", "oci-archive:"+dir+"/theirs.tar:example.org/theirs:2")
	run(t, "skopeo", "copy", "oci:"+layout+":x", "docker-archive:"+dir+"/docker.tar:example.org/docker:3")
	for _, c := range []struct{ file, ref string }{{path, "example.org/top:1"}, {dir + "/theirs.tar", "example.org/theirs:2"}, {dir + "/docker.tar", "example.org/docker:3"}} {
		s := open(t)
		f, err := os.Open(c.file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := s.Load(t.Context(), f); err != nil {
			t.Errorf("Load(%s) = %v", c.file, err)
			continue
		}
		got, err := s.Find(c.ref)
		if err != nil || len(got.Manifest.Layers) != 2 {
			t.Errorf("Find(%s) = %v, %v; want an image of two layers", c.ref, got, err)
			continue
		}
		if c.file == path && got.Descriptor.Digest != img.Descriptor.Digest {
			t.Errorf("saved and loaded, the digest is %s; want %s", got.Descriptor.Digest, img.Descriptor.Digest)
		}
		if got.Config.RootFS.DiffIDs[1] != img.Config.RootFS.DiffIDs[1] {
			t.Errorf("%s: layer %s; want %s", c.ref, got.Config.RootFS.DiffIDs[1], img.Config.RootFS.DiffIDs[1])
		}
	}
}
