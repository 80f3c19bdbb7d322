package state

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"byhand/lab/container"
	"byhand/lab/store"
)

// created makes containers of these names in a store of the test's own.
func created(t *testing.T, names ...string) (Store, []Box) {
	t.Helper()
	s := Store{Dir: t.TempDir()}
	var boxes []Box
	for i, name := range names {
		b, err := s.Create(name, container.Config{ID: NewID(), Created: time.Unix(int64(i+1), 0), Cmd: []string{"true"}})
		if err != nil {
			t.Fatal(err)
		}
		boxes = append(boxes, b)
	}
	return s, boxes
}

func TestFind(t *testing.T) {
	s, boxes := created(t, "one", "two")
	for _, test := range []struct {
		key  string
		want int // -1 is none
	}{
		{"one", 0}, {"/two", 1}, {boxes[0].ID, 0}, {boxes[1].ID[:20], 1},
		{"on", -1}, {"", -1}, {"..", -1}, {"../containers", -1}, {"one/", -1}, {"nosuch", -1},
	} {
		got, err := s.Find(test.key)
		switch {
		case test.want < 0 && err == nil:
			t.Errorf("Find(%q) = %s; want an error", test.key, got.ID)
		case test.want >= 0 && (err != nil || got.ID != boxes[test.want].ID):
			t.Errorf("Find(%q) = %s, %v; want %s", test.key, got.ID, err, boxes[test.want].ID)
		}
	}
	if _, err := s.Find("nosuch"); !errors.Is(err, ErrNone) {
		t.Errorf("Find(nosuch) = %v; want ErrNone", err)
	}
}

func TestBeside(t *testing.T) {
	_, boxes := created(t, "one", "Two")
	for _, test := range []struct {
		name string
		want int
	}{{"one", 0}, {"ONE", 0}, {"two", 1}, {boxes[1].ID[:12], 1}, {boxes[0].ID, 0}, {"on", -1}, {boxes[0].ID[:8], -1}, {"", -1}, {"../names", -1}} {
		got, found := boxes[0].Beside(test.name)
		if found != (test.want >= 0) || found && got.ID != boxes[test.want].ID {
			t.Errorf("Beside(%q) = %s, %t; want that of %d", test.name, got.ID, found, test.want)
		}
	}
}

func TestNamesAreTakenOnce(t *testing.T) {
	s, boxes := created(t, "one", "two")
	if _, err := s.Create("one", container.Config{ID: NewID()}); !errors.Is(err, ErrTaken) {
		t.Errorf("Create under a name that is taken = %v; want ErrTaken", err)
	}
	if err := boxes[0].Rename("two"); !errors.Is(err, ErrTaken) {
		t.Errorf("Rename to a name that is taken = %v; want ErrTaken", err)
	}
	if err := boxes[0].Rename("three"); err != nil {
		t.Fatal(err)
	}
	if got, err := boxes[0].Name(); got != "three" || err != nil {
		t.Errorf("Name = %q, %v; want three", got, err)
	}
	if err := boxes[1].Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create("two", container.Config{ID: NewID()}); err != nil {
		t.Errorf("Create under the name of one that was removed = %v; want nil", err)
	}
	// A crash may leave a name of nobody.
	if err := os.Symlink(NewID(), s.link("stale")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create("stale", container.Config{ID: NewID()}); err != nil {
		t.Errorf("Create under a name of nobody = %v; want nil", err)
	}
}

// TestStatusAsksTheKernel writes what is not true any more: the answer is the
// kernel's.
func TestStatusAsksTheKernel(t *testing.T) {
	_, boxes := created(t, "one")
	b := boxes[0]
	word := func(want string, code int) {
		t.Helper()
		s, err := b.Status()
		if err != nil || s.Word != want || s.ExitCode != code {
			t.Errorf("Status = %s, exit code %d, %v; want %s, %d", s.Word, s.ExitCode, err, want, code)
		}
	}
	word("created", 0)
	c := exec.Command("sleep", "600")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	end := func() { _ = c.Process.Kill(); _ = c.Wait() }
	defer end()
	var r Record
	if err := b.Started(c.Process.Pid, &r); err != nil {
		t.Fatal(err)
	}
	word("running", 0)
	// The number is another process's now.
	other := r
	other.Start++
	if err := b.SetRecord(other); err != nil {
		t.Fatal(err)
	}
	word("exited", lostKilled)
	other = r
	other.Boot = "another"
	if err := b.SetRecord(other); err != nil {
		t.Fatal(err)
	}
	word("exited", lostBoot)
	if err := b.SetRecord(r); err != nil {
		t.Fatal(err)
	}
	word("running", 0)
	end()
	word("exited", lostKilled)
	r.PID, r.ExitCode = 0, 3
	if err := b.SetRecord(r); err != nil {
		t.Fatal(err)
	}
	word("exited", 3)
	lock, err := b.Hold()
	if err != nil {
		t.Fatal(err)
	}
	word("exited", 3) // its monitor is about to go
	r.Restarting = true
	if err := b.SetRecord(r); err != nil {
		t.Fatal(err)
	}
	word("restarting", 3)
	if _, err := b.Hold(); !errors.Is(err, ErrHeld) {
		t.Errorf("Hold of one that is held = %v; want ErrHeld", err)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	word("exited", 3)
}

func TestAwait(t *testing.T) {
	_, boxes := created(t, "one")
	c := exec.Command("sleep", "600")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var r Record
	if err := boxes[0].Started(c.Process.Pid, &r); err != nil {
		t.Fatal(err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := boxes[0].Await(soon); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Await of one that runs = %v; want the deadline", err)
	}
	_ = c.Process.Kill()
	_ = c.Wait()
	late, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if s, err := boxes[0].Await(late); err != nil || s.ExitCode != lostKilled {
		t.Errorf("Await = %+v, %v; want exit code %d", s, err, lostKilled)
	}
}

func TestListIsTheNewestFirst(t *testing.T) {
	s, boxes := created(t, "one", "two", "three")
	// Half made, half removed: these are none.
	for _, dir := range []string{"containers/half", "trash/half"} {
		if err := os.MkdirAll(filepath.Join(s.Dir, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range list {
		names = append(names, l.Name)
	}
	if want := []string{"three", "two", "one"}; !slices.Equal(names, want) {
		t.Errorf("List = %q; want %q", names, want)
	}
	if list[0].Config.ID != boxes[2].ID {
		t.Errorf("the newest = %s; want %s", list[0].Config.ID, boxes[2].ID)
	}
}

func TestEventsOfAContainer(t *testing.T) {
	s, boxes := created(t, "one")
	boxes[0].Note("die", "exitCode", "3")
	if err := boxes[0].Remove(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(s.Events().Path)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{`"Action":"create"`, `"exitCode":"3"`, `"Action":"destroy"`} {
		if lines := strings.Split(string(text), "\n"); !strings.Contains(lines[i], want) || !strings.Contains(lines[i], `"name":"one"`) {
			t.Errorf("event %d = %s; want %s", i, lines[i], want)
		}
	}
}

func TestCheckName(t *testing.T) {
	for name, want := range map[string]bool{"a": false, "ab": true, "a.b-c_D9": true, "-ab": false, "a b": false, "a/b": false, "..": false, "": false} {
		if err := CheckName(name); (err == nil) != want {
			t.Errorf("CheckName(%q) = %v; want valid = %t", name, err, want)
		}
	}
	for try := range 8 {
		if err := CheckName(RandomName(try)); err != nil {
			t.Errorf("RandomName(%d): %v", try, err)
		}
	}
}

func TestCleanLetsGoOfImages(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	b, err := s.Create("box", container.Config{ID: strings.Repeat("a", 64)})
	if err != nil {
		t.Fatal(err)
	}
	images, err := store.Open(filepath.Join(s.Dir, "images"))
	if err != nil {
		t.Fatal(err)
	}
	gone := strings.Repeat("b", 64)
	for _, id := range []string{b.ID, gone} {
		img := &store.Image{Config: &v1.ConfigFile{}, Descriptor: v1.Descriptor{Digest: v1.Hash{Algorithm: "sha256", Hex: gone}}}
		if err := images.Hold(id, img); err != nil {
			t.Fatal(err)
		}
	}
	var removed []string
	if err := s.Clean(t.Context(), func(what string) { removed = append(removed, what) }); err != nil {
		t.Fatal(err)
	}
	if got, err := images.Holders(); err != nil || !slices.Equal(got, []string{b.ID}) {
		t.Errorf("after Clean, the holders are %q, %v; want the container that is there; removed: %q", got, err, removed)
	}
}
