package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"byhand/internal/cast"
	"byhand/lessons"
)

// A tmux is a server of its own with one session, on a socket of the test's.
type tmux struct {
	t      *testing.T
	socket string
}

// inTmux runs a script in a window of this size.
func inTmux(t *testing.T, rows, columns int, script string) tmux {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("there is no tmux here")
	}
	// Not in the test's directory, whose name may be too long for a socket's.
	dir, err := os.MkdirTemp("", "tmux")
	if err != nil {
		t.Fatal(err)
	}
	x := tmux{t, filepath.Join(dir, "s")}
	t.Cleanup(func() {
		_, _ = x.command("kill-server")
		_ = os.RemoveAll(dir)
	})
	configuration := filepath.Join(dir, "conf")
	if err := os.WriteFile(configuration, []byte("set -g status off\nset -g default-terminal screen-256color\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := x.command("-f", configuration, "new-session", "-d", "-x", fmt.Sprint(columns), "-y", fmt.Sprint(rows), script); err != nil {
		t.Fatalf("tmux new-session = %v: %s", err, out)
	}
	return x
}

func (x tmux) command(args ...string) (string, error) {
	c := exec.CommandContext(x.t.Context(), "tmux", append([]string{"-u", "-S", x.socket}, args...)...)
	if x.t.Context().Err() != nil {
		c = exec.Command("tmux", append([]string{"-S", x.socket}, args...)...) // the cleaning up
	}
	out, err := c.CombinedOutput()
	return string(out), err
}

// page waits for the nth page of a recording that is under way; false where the
// demo has ended, with a file of its status, before there was one.
func (x tmux) page(file, status string, n int) (cast.Page, bool) {
	x.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		_, err := os.Stat(status)
		// Its last line may be half written still, and it has none at first.
		if f, err := os.Open(file); err == nil {
			rec, _ := cast.Read(f)
			f.Close()
			if len(rec.Pages) >= n {
				return rec.Pages[n-1], true
			}
		}
		if err == nil {
			return cast.Page{}, false
		}
	}
	x.t.Fatalf("page %d never came", n)
	return cast.Page{}, false
}

// shows waits until the window shows a page just so.
func (x tmux) shows(page cast.Page) {
	x.t.Helper()
	got, want := "", bare(page.Screen)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		now, err := x.command("capture-pane", "-p")
		if err != nil {
			x.t.Fatalf("tmux capture-pane = %v: %s", err, now)
		}
		if got = bare(now); got == want {
			return
		}
	}
	x.t.Errorf("page %q never stood in the window as it was drawn:\n%s\nThe window shows\n%s", page.Name, want, got)
}

// bare is a screen without what moves the cursor and what colours.
func bare(screen string) string {
	screen = escape.ReplaceAllString(strings.ReplaceAll(screen, "\r", ""), "")
	var lines []string
	for _, line := range strings.Split(screen, "\n") {
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// envTmux names the variable that has every lesson presented under tmux.
const envTmux = "BYHAND_TMUX"

// TestDemoUnderTmux presents lessons in a window of tmux, page by page, and wants
// every page that was recorded to have stood there just so. That takes seconds a
// page, so with BYHAND_TMUX=all it does so with every lesson, and else with those
// that measure nothing; TestDemo has the pages of all of them on both sizes.
func TestDemoUnderTmux(t *testing.T) {
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lessons.Syllabus() {
		if os.Getenv(envTmux) != "all" && !slices.Contains(quick, l.Name) {
			continue
		}
		for _, size := range []struct{ rows, columns int }{{24, 80}, {40, 120}} {
			t.Run(fmt.Sprintf("%s/%dx%d", l.Name, size.columns, size.rows), func(t *testing.T) {
				if why := lack(t, l); why != "" {
					t.Skipf("the lesson can't run here: %s", why)
				}
				t.Parallel()
				home, file, status := t.TempDir(), filepath.Join(t.TempDir(), "cast"), filepath.Join(t.TempDir(), "status")
				x := inTmux(t, size.rows, size.columns, fmt.Sprintf(`BYHAND_HOME=%q bash -c 'exec -a byhand "$@"' - %q %s --demo --cast %q; echo $? >%q`, home, binary, l.Name, file, status))
				n := 0
				for page, there := x.page(file, status, 1); there; page, there = x.page(file, status, n+1) {
					n++
					x.shows(page)
					_, _ = x.command("send-keys", "Space") // it may just have ended
				}
				if text, err := os.ReadFile(status); err != nil || string(text) != "0\n" {
					t.Fatalf("byhand %s --demo ended with status %q, %v; want 0", l.Name, text, err)
				}
				if pages := len(readCast(t, file).Pages); pages != n || n < 2*len(l.Steps) {
					t.Errorf("%d of %d pages stood; want all, more than two for each of %d steps", n, pages, len(l.Steps))
				}
			})
		}
	}
}
