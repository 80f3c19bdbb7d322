package torture

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case Launcher:
		LaunchMain()
	case "makes":
		for i := range 3 {
			if err := os.Mkdir(fmt.Sprint("dir", i), 0o700); err != nil {
				os.Exit(1)
			}
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestStrikes kills a program before each of the directories that it makes.
func TestStrikes(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for n := range 5 {
		dir := t.TempDir()
		c := exec.Command(self)
		c.Args = []string{"makes"}
		c.Dir = dir
		w, err := Launch(c, Dirs)
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- w.Serve(func(int) bool { return true }, n, Kill) }()
		err = c.Wait()
		if err := <-served; err != nil {
			t.Fatal(err)
		}
		made, _ := filepath.Glob(filepath.Join(dir, "dir*"))
		want, counted := 3, 3
		if n > 0 && n <= 3 {
			want, counted = n-1, n
		}
		if len(made) != want || (err != nil) != (want < 3) {
			t.Errorf("struck at call %d: it made %q and ended with %v; want %d directories", n, made, err, want)
		}
		if calls, _ := w.Counts(); calls != counted {
			t.Errorf("struck at call %d: %d calls counted; want %d", n, calls, counted)
		}
	}
}
