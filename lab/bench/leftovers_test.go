package bench

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

func TestBenchOf(t *testing.T) {
	for _, test := range []struct{ path, want string }{
		{"/benches/0a1b2c3d4e", "/benches/0a1b2c3d4e"},
		{"/benches/0a1b2c3d4e/rootfs", "/benches/0a1b2c3d4e"},
		{"/benches/0a1b2c3d4e (deleted)", "/benches/0a1b2c3d4e"},
		{"/benches/0a1b2c3d4e/rootfs (deleted)", "/benches/0a1b2c3d4e"},
		{"/benches", ""},
		{"/benches/0a1b2c3d4", ""},
		{"/benches/0a1b2c3d4e4", ""},
		{"/benches/0A1B2C3D4E", ""},
		{"/benches/../0a1b2c3d4e", ""},
		{"/other/0a1b2c3d4e", ""},
		{"0a1b2c3d4e", ""},
	} {
		if got, _ := benchOf("/benches", test.path); got != test.want {
			t.Errorf("benchOf(/benches, %q) = %q; want %q", test.path, got, test.want)
		}
	}
}

// TestLeftoversWithoutADirectory ends what stands in a bench of which only the
// process is left.
func TestLeftoversWithoutADirectory(t *testing.T) {
	dir := t.TempDir()
	b, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	sleep := exec.Command("sleep", "60")
	sleep.Env = []string{b.Env()}
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sleep.Process.Kill(); _ = sleep.Wait() }()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(b.Dir); err != nil {
		t.Fatal(err)
	}
	found, err := Leftovers(dir)
	if err != nil || !slices.Equal(found, []string{b.Dir}) {
		t.Fatalf("Leftovers = %v, %v; want %s", found, err, b.Dir)
	}
	again, err := Open(found[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found, err := Leftovers(dir); err != nil || len(found) > 0 {
		t.Errorf("Leftovers after Destroy = %v, %v; want none", found, err)
	}
}

func TestLeftoversOfNothing(t *testing.T) {
	found, err := Leftovers(filepath.Join(t.TempDir(), "never made"))
	if err != nil || len(found) > 0 {
		t.Errorf("Leftovers = %v, %v; want none", found, err)
	}
}
