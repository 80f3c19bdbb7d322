package main

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPullKilled kills a pull at many moments. The images that are there stay
// whole, one that came by halves has no name, and the next pull brings it.
func TestPullKilled(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("images are unpacked by overlayfs, which needs root")
	}
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	ref, id := serveImage(t)
	points := 12
	if testing.Short() {
		points = 4
	}
	cut, halves := 0, 0
	for i := range points {
		home := t.TempDir()
		kept := keptImage(t, home)
		c := byhand(t, home, "lab", "pull", ref)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		awaitPoint(t, home, i, points)
		_ = c.Process.Kill()
		if c.Wait() != nil {
			cut++
		}
		images := succeed(t, home, "lab", "images", "-q", "--no-trunc")
		if !strings.Contains(images, kept) {
			t.Errorf("point %d: the images are %q; want %s among them", i, images, kept)
		}
		left, err := filepath.Glob(filepath.Join(home, "lab/images/partial/*"))
		if err != nil {
			t.Fatal(err)
		}
		if len(left) > 0 {
			halves++
		}
		wantWhole(t, home)
		succeed(t, home, "lab", "pull", ref)
		if images := succeed(t, home, "lab", "images", "-q", "--no-trunc"); !strings.Contains(images, id) || !strings.Contains(images, kept) {
			t.Errorf("point %d, pulled again: the images are %q; want %s and %s", i, images, id, kept)
		}
		wantWhole(t, home)
		succeed(t, home, "lab", "image", "prune", "-f")
		for _, dir := range []string{"partial", "tmp"} {
			if left, _ := filepath.Glob(filepath.Join(home, "lab/images", dir, "*")); len(left) > 0 {
				t.Errorf("point %d: left after prune: %v", i, left)
			}
		}
		// It can be used: its files are all there.
		if out := succeed(t, home, "lab", "image", "inspect", ref); strings.Count(out, "sha256:") < 5 {
			t.Errorf("point %d: inspect = %s; want three layers", i, out)
		}
	}
	if cut < points/2 || halves == 0 {
		t.Errorf("of %d pulls %d were cut, %d with a layer come by half; want more", points, cut, halves)
	}
	t.Logf("of %d pulls %d were cut, %d with a layer come by half", points, cut, halves)
}

// awaitPoint waits until a part of the image has come, in the last third of the
// points all of it, and then for a moment of what follows.
func awaitPoint(t *testing.T, home string, i, points int) {
	t.Helper()
	want := int64(imageSize) * int64(min(3*i, 2*points)) / int64(2*points)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		var come int64
		for _, dir := range []string{"partial", "blobs/sha256"} {
			files, _ := filepath.Glob(filepath.Join(home, "lab/images", dir, "*"))
			for _, path := range files {
				if info, err := os.Stat(path); err == nil {
					come += info.Size()
				}
			}
		}
		if come >= want {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("point %d: %d bytes have come in a minute; want %d", i, come, want)
		}
	}
	if past := 3*i - 2*points; past > 0 {
		time.Sleep(time.Duration(past) * 3 * time.Millisecond)
	}
}

// imageSize is what the image's layers have together.
const imageSize = 3 * 4 << 20

// slow is a body of an answer that comes in small pieces.
type slow struct{ io.ReadCloser }

func (s slow) Read(p []byte) (int, error) {
	time.Sleep(2 * time.Millisecond)
	return s.ReadCloser.Read(p[:min(len(p), 32<<10)])
}

// serveImage starts a registry on loopback with an image of three layers, and
// returns its name and id.
func serveImage(t *testing.T) (ref, id string) {
	t.Helper()
	home, files := t.TempDir(), t.TempDir()
	random := rand.NewChaCha8([32]byte{1})
	for _, name := range []string{"a", "b", "c"} {
		f, err := os.Create(filepath.Join(files, name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(f, random, 4<<20); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	text := "FROM scratch\nCOPY a /a\nCOPY b /b\nCOPY c /c\n"
	if err := os.WriteFile(filepath.Join(files, "Dockerfile"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	c := byhand(t, home, "lab", "registry", "serve", "--address", "127.0.0.1:0", "--dir", filepath.Join(home, "registry"))
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(line)
	ref = words[len(words)-1] + "/team/big:1"
	id = strings.TrimSpace(succeed(t, home, "lab", "build", "-t", ref, files))
	id = id[strings.LastIndex(id, "sha256:"):]
	succeed(t, home, "lab", "push", ref)
	// Before it stands one that passes its answers on slowly, so that there are
	// moments enough.
	target, err := url.Parse("http://" + words[len(words)-1])
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorLog = log.New(io.Discard, "", 0) // of clients that are killed
	proxy.ModifyResponse = func(r *http.Response) error {
		r.Body = slow{r.Body}
		return nil
	}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	return strings.TrimPrefix(front.URL, "http://") + "/team/big:1", id
}

// keptImage puts another image into a store, and returns its id.
func keptImage(t *testing.T, home string) string {
	t.Helper()
	files := t.TempDir()
	if err := os.WriteFile(filepath.Join(files, "Dockerfile"), []byte("FROM scratch\nCOPY Dockerfile /\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	id := strings.TrimSpace(succeed(t, home, "lab", "build", "-t", "kept", files))
	return id[strings.LastIndex(id, "sha256:"):]
}

// wantWhole wants each blob of a store to be what its name says.
func wantWhole(t *testing.T, home string) {
	t.Helper()
	blobs, err := filepath.Glob(filepath.Join(home, "lab/images/blobs/sha256/*"))
	if err != nil || len(blobs) == 0 {
		t.Fatalf("no blobs: %v", err)
	}
	for _, path := range blobs {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(b)); got != filepath.Base(path) {
			t.Errorf("blob %s has the digest %s", filepath.Base(path), got)
		}
	}
}
