package volume

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"byhand/lab/image"
)

// envFill makes this test binary fill a volume and end: DIR, a colon, FROM.
const envFill = "BYHAND_TEST_FILL"

func TestMain(m *testing.M) {
	if dir, from, found := strings.Cut(os.Getenv(envFill), ":"); found {
		if err := (Volume{Name: "v1", Dir: dir}).Fill(context.Background(), from); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// tree makes a directory that an image might have.
func tree(t *testing.T, files int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "from")
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(filepath.Join(dir, "sub", "deep"), 0o755))
	must(os.Chmod(dir, 0o750))
	for i := range files {
		must(os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%d", i)), bytes.Repeat([]byte{'a' + byte(i%26)}, 5000), 0o640))
	}
	must(os.Symlink("/nowhere", filepath.Join(dir, "link")))
	must(os.WriteFile(filepath.Join(dir, "sub", "deep", "x"), []byte("x"), 0o4755))
	return dir
}

// digest is that of a tree's archive, which holds all that there is to know.
func digest(t *testing.T, dir string) string {
	t.Helper()
	h := sha256.New()
	if _, err := image.Export(t.Context(), h, dir, image.ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// stamp gives the tops of two trees one time, since moving names in changes it.
func stamp(t *testing.T, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		if err := os.Chtimes(dir, time.Unix(1e9, 0), time.Unix(1e9, 0)); err != nil {
			t.Fatal(err)
		}
	}
}

func create(t *testing.T, labels map[string]string) (Store, Volume) {
	t.Helper()
	s := Store{Dir: filepath.Join(t.TempDir(), "volumes")}
	v, err := s.Create("v1", labels)
	if err != nil {
		t.Fatal(err)
	}
	return s, v
}

func TestCreate(t *testing.T) {
	s, v := create(t, map[string]string{"a": "b"})
	again, err := s.Create("v1", map[string]string{"other": "label"})
	if err != nil || again.Labels["a"] != "b" || !again.CreatedAt.Equal(v.CreatedAt) {
		t.Errorf("Create of one that is there = %+v, %v; want it as it was", again, err)
	}
	for _, bad := range []string{"", "x", "..", "a/b", ".new-1", "/etc"} {
		if v, err := s.Create(bad, nil); err == nil {
			t.Errorf("Create(%q) = %+v; want an error", bad, v)
		}
		if _, err := s.Find(bad); !errors.Is(err, ErrNone) {
			t.Errorf("Find(%q) = %v; want ErrNone", bad, err)
		}
	}
	if err := s.Remove(v); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(s.Dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left after Remove: %v, %v", left, err)
	}
}

func TestCreateAtOnce(t *testing.T) {
	s := Store{Dir: filepath.Join(t.TempDir(), "volumes")}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if _, err := s.Create("same", map[string]string{"by": fmt.Sprint(i)}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	list, err := s.List()
	if err != nil || len(list) != 1 {
		t.Errorf("List = %v, %v; want one", list, err)
	}
	if left, _ := filepath.Glob(filepath.Join(s.Dir, ".*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestFill(t *testing.T) {
	for _, test := range []struct {
		name string
		// before makes the state that Fill finds; from is what it is to copy.
		before func(t *testing.T, v Volume, from string)
		want   []string
	}{
		{"empty", func(*testing.T, Volume, string) {}, []string{"f0", "f1", "link", "sub"}},
		{"something in it", func(t *testing.T, v Volume, _ string) { touch(t, v.Data(), "own") }, []string{"own"}},
		{"a copy that was cut", func(t *testing.T, v Volume, _ string) { touch(t, v.path("_fill"), "half") }, []string{"f0", "f1", "link", "sub"}},
		{"a move that was cut", func(t *testing.T, v Volume, _ string) {
			touch(t, v.path("_ready"), "second")
			touch(t, v.Data(), "first")
		}, []string{"first", "second"}},
		{"a move before which another has written", func(t *testing.T, v Volume, _ string) {
			touch(t, v.path("_ready"), "same")
			if err := os.WriteFile(filepath.Join(v.Data(), "same"), []byte("kept"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, []string{"same"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, v := create(t, nil)
			from := tree(t, 2)
			test.before(t, v, from)
			if err := v.Fill(t.Context(), from); err != nil {
				t.Fatal(err)
			}
			if got := names(t, v.Data()); !slices.Equal(got, test.want) {
				t.Errorf("Fill leaves %v; want %v", got, test.want)
			}
			if left := names(t, v.Dir); !slices.Contains(left, "_data") || slices.Contains(left, "_ready") {
				t.Errorf("beside the data: %v", left)
			}
			if text, err := os.ReadFile(filepath.Join(v.Data(), "same")); err == nil && string(text) != "kept" {
				t.Errorf("a file that another has written is now %q", text)
			}
		})
	}
}

func touch(t *testing.T, dir, name string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, name), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestFillIsTheSameTree(t *testing.T) {
	_, v := create(t, nil)
	from := tree(t, 10)
	if os.Geteuid() == 0 {
		if err := os.Chown(filepath.Join(from, "f3"), 1234, 5678); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.Fill(t.Context(), from); err != nil {
		t.Fatal(err)
	}
	stamp(t, from, v.Data())
	if got, want := digest(t, v.Data()), digest(t, from); got != want {
		t.Errorf("the volume's archive has the digest %s; want %s", got, want)
	}
}

// Killed at any moment, the volume is empty or whole once the next has filled it.
func TestFillKilled(t *testing.T) {
	from := tree(t, 150)
	stamp(t, from)
	want := digest(t, from)
	begun := time.Now()
	_, v := create(t, nil)
	if err := fill(t, v, from).Run(); err != nil {
		t.Fatal(err)
	}
	whole := time.Since(begun)
	cut := 0
	const points = 12
	for i := range points {
		_, v := create(t, nil)
		c := fill(t, v, from)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(whole * time.Duration(i) / points)
		if c.Process.Kill() == nil {
			cut++
		}
		_ = c.Wait() // by SIGKILL
		if data := names(t, v.Data()); len(data) > 0 && len(data) < 152 {
			if _, err := os.Stat(v.path("_ready")); err != nil {
				t.Errorf("killed at point %d: %d names in the volume, and the rest is nowhere", i, len(data))
			}
		}
		if err := v.Fill(t.Context(), from); err != nil {
			t.Fatal(err)
		}
		stamp(t, v.Data())
		if got := digest(t, v.Data()); got != want {
			t.Errorf("killed at point %d and filled again: digest %s; want %s", i, got, want)
		}
	}
	if cut == 0 {
		t.Errorf("none of %d runs was killed", points)
	}
}

func fill(t *testing.T, v Volume, from string) *exec.Cmd {
	t.Helper()
	c := exec.Command("/proc/self/exe")
	c.Env = append(os.Environ(), envFill+"="+v.Dir+":"+from)
	return c
}

func TestOpen(t *testing.T) {
	_, v := create(t, nil)
	touch(t, filepath.Join(v.Data(), "sub"), "f")
	if err := errors.Join(os.Symlink("/etc", filepath.Join(v.Data(), "out")), os.Symlink("sub", filepath.Join(v.Data(), "in"))); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		subpath string
		ok      bool
	}{{"", true}, {"sub", true}, {"in", true}, {"out", false}, {"sub/../../..", false}, {"missing", false}} {
		f, err := v.Open(test.subpath)
		if (err == nil) != test.ok {
			t.Errorf("Open(%q) = %v; want success: %v", test.subpath, err, test.ok)
		}
		if err == nil {
			_ = f.Close()
		}
	}
}

func TestClean(t *testing.T) {
	s, v := create(t, nil)
	touch(t, filepath.Join(s.Dir, ".new-123", "_data"), "f")
	touch(t, filepath.Join(s.Dir, ".gone-old", "_data"), "f")
	var removed []string
	if err := s.Clean(t.Context(), func(path string) { removed = append(removed, filepath.Base(path)) }); err != nil {
		t.Fatal(err)
	}
	slices.Sort(removed)
	if !slices.Equal(removed, []string{".gone-old", ".new-123"}) {
		t.Errorf("Clean removed %v", removed)
	}
	if got := names(t, s.Dir); !slices.Equal(got, []string{v.Name}) {
		t.Errorf("left: %v; want the volume", got)
	}
}

func TestAloneWaits(t *testing.T) {
	s, _ := create(t, nil)
	done, err := s.Hold(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Alone(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Alone while another holds = %v; want it to wait", err)
	}
	done()
	done, err = s.Alone(t.Context())
	if err != nil {
		t.Fatalf("Alone = %v", err)
	}
	done()
}
