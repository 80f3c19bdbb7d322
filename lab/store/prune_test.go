package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func TestRemoveAndPrune(t *testing.T) {
	s := open(t)
	base := put(t, s, "base", file{"a", "0"})
	top := over(t, s, base, "top", archive(t, file{"b", "1"}))
	if err := s.Tag(t.Context(), top, "top:2"); err != nil {
		t.Fatal(err)
	}
	if done, err := s.Remove(t.Context(), "top", false); err != nil || len(done.Deleted) != 0 {
		t.Errorf("Remove(top) = %v, %v; want the name gone only", done, err)
	}
	wantFiles(t, s, base, top)
	if _, err := s.Remove(t.Context(), "base", false); err != nil {
		t.Error(err)
	}
	if _, err := s.Root(t.Context(), top); err != nil {
		t.Errorf("Root of an image over one that is removed = %v", err)
	}
	if err := s.Hold("container1", top); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Remove(t.Context(), "top:2", false); err == nil || !strings.Contains(err.Error(), "container1") {
		t.Errorf("Remove of an image in use = %v; want an error that names the container", err)
	}
	if _, err := s.Remove(t.Context(), "top:2", true); err != nil {
		t.Error(err)
	}
	if _, err := s.Find("top:2"); !errors.Is(err, ErrUnknown) {
		t.Errorf("Find(top:2) = %v; want ErrUnknown", err)
	}
	wantFiles(t, s, top) // held
	if err := s.Release("container1"); err != nil {
		t.Fatal(err)
	}
	if done, err := s.Prune(t.Context(), false); err != nil || done.Bytes == 0 {
		t.Errorf("Prune = %v, %v; want room", done, err)
	}
	wantFiles(t, s)
}

// TestPruneWaits sees nothing deleted under the hands of who brings it in.
func TestPruneWaits(t *testing.T) {
	s := open(t)
	done, err := s.Use(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.PutLayer(writes(archive(t, file{"a", "1"})))
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Prune(short, true); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Prune while in use = %v; want it to wait", err)
	}
	if !s.Has(l.Descriptor.Digest) {
		t.Error("Prune deleted a blob of somebody in Use")
	}
	done()
	if _, err := s.Prune(t.Context(), true); err != nil || s.Has(l.Descriptor.Digest) {
		t.Errorf("Prune = %v; want the blob gone", err)
	}
}

// TestCutUnpackIsRedone takes a layer's mark away, as a cut would.
func TestCutUnpackIsRedone(t *testing.T) {
	s := open(t)
	img := put(t, s, "x", file{"a", "1"}, file{"b", "2"})
	lower, err := s.Root(t.Context(), img)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(lower[0]+".json"), os.Remove(lower[0]+"/b")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Root(t.Context(), img); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(lower[0] + "/b"); string(got) != "2" {
		t.Errorf("b = %q, %v; want it unpacked again", got, err)
	}
}

// TestDamagedListDeletesNothing: what can't be read may point to anything.
func TestDamagedListDeletesNothing(t *testing.T) {
	s := open(t)
	img := put(t, s, "x", file{"a", "1"})
	if err := os.WriteFile(s.path("holds", "c.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Prune(t.Context(), true); err == nil {
		t.Error("Prune with a damaged hold = nil; want an error")
	}
	wantFiles(t, s, img)
}

func TestDiffIsReproducible(t *testing.T) {
	s := open(t)
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/a", bytes.Repeat([]byte("x"), 1<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	one, err := s.Diff(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	two, err := open(t).Diff(t.Context(), dir)
	if err != nil || one.Descriptor.Digest != two.Descriptor.Digest || one.DiffID != two.DiffID {
		t.Errorf("Diff = %v and %v, %v; want them equal", one, two, err)
	}
}

// TestClean leaves alone what somebody is writing, and whole files.
func TestClean(t *testing.T) {
	s := open(t)
	base := put(t, s, "base", file{"a", "0"})
	dir, err := s.Temp("cut-*")
	if err != nil {
		t.Fatal(err)
	}
	var removed []string
	note := func(path string) { removed = append(removed, path) }
	done, err := s.Use(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Clean(note); err != nil || removed != nil {
		t.Errorf("Clean of a store in use = %v, removed %q; want nothing", err, removed)
	}
	done()
	if err := s.Clean(note); err != nil || len(removed) != 1 || removed[0] != dir {
		t.Errorf("Clean = %v, removed %q; want %s", err, removed, dir)
	}
	if _, err := os.Lstat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after Clean %s is there: %v", dir, err)
	}
	wantFiles(t, s, base)
}
