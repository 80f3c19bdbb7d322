package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"byhand/internal/cast"
	"byhand/lessons"
)

// TestRecordings makes each lesson's recording anew, and wants the one that is
// compiled in to be of the same pages: else it is of another lesson by now.
func TestRecordings(t *testing.T) {
	for _, l := range lessons.Syllabus() {
		t.Run(l.Name, func(t *testing.T) {
			kept, err := lessons.Recording(l.Name)
			if err != nil {
				t.Fatal(err)
			}
			if why := lack(t, l); why != "" {
				t.Skipf("the lesson can't run here: %s", why)
			}
			if testing.Short() && !slices.Contains(quick, l.Name) {
				t.Skip("it measures, which takes long")
			}
			t.Parallel()
			file := recordDemo(t, l.Name)
			now := readCast(t, file)
			if got, want := shape(kept), shape(now); !slices.Equal(got, want) {
				t.Errorf("the recording has the pages\n%q\nand the lesson has\n%q\nRecord it again, 80 by 24:\nbyhand %s --demo --pace 0.01 --cast demo.cast; gzip -9n demo.cast", got, want, l.Name)
			}
			for _, page := range kept.Pages {
				checkFrame(t, strings.ReplaceAll(strings.TrimPrefix(page.Screen, "\x1b[H"), "\r\n", "\n"), kept.Height, kept.Width)
			}
			asciinemaPlays(t, file)
		})
	}
}

// recordDemo records a demo on a terminal.
func recordDemo(t *testing.T, name string) string {
	t.Helper()
	home := filepath.Join(t.TempDir(), "home")
	file := filepath.Join(t.TempDir(), "demo.cast")
	x := onTerminal(t, 24, 80, byhand(t, home, name, "--demo", "--pace", "0.01", "--cast", file))
	if got := x.status(2 * time.Minute); got != 0 {
		t.Fatalf("status %d; want 0; shown: %q", got, x.end())
	}
	return file
}

func readCast(t *testing.T, file string) cast.Recording {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rec, err := cast.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// part is which page of several a page is: that depends on the length of names.
var part = regexp.MustCompile(` \(\d+ of \d+\)$`)

// shape is a recording's pages by name.
func shape(rec cast.Recording) []string {
	var names []string
	for _, page := range rec.Pages {
		names = append(names, part.ReplaceAllString(page.Name, ""))
	}
	return slices.Compact(names)
}

// asciinemaPlays has asciinema play a recording, and print all of it at once, and
// wants just what was recorded of both.
func asciinemaPlays(t *testing.T, file string) {
	t.Helper()
	player, err := exec.LookPath("asciinema")
	if err != nil {
		t.Log("not played: there is no asciinema here")
		return
	}
	c := exec.CommandContext(t.Context(), player, "play", "-s", "1000", file)
	c.Env = append(os.Environ(), "LANG=C.UTF-8", "HOME="+t.TempDir())
	got, err := c.Output()
	if err != nil {
		t.Fatalf("asciinema play = %v", err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n"))[1:] {
		var event [3]any
		if err := json.Unmarshal(line, &event); err != nil {
			t.Fatal(err)
		}
		if event[1] == "o" {
			want.WriteString(event[2].(string))
		}
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("asciinema played %d bytes; want the %d recorded", len(got), want.Len())
	}
	// This one opens /dev/tty, so that it needs a terminal of its own.
	printed := filepath.Join(t.TempDir(), "printed")
	c = exec.CommandContext(t.Context(), "sh", "-c", `exec "$0" cat "$1" >"$2"`, player, file, printed)
	c.Env, c.SysProcAttr = append(os.Environ(), "LANG=C.UTF-8", "HOME="+t.TempDir()), &syscall.SysProcAttr{}
	x := onTerminal(t, 24, 80, c)
	if status := x.status(x.patience); status != 0 {
		t.Fatalf("asciinema cat ended with status %d: %q", status, x.end())
	}
	if got, err = os.ReadFile(printed); err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("asciinema cat printed %d bytes, %v; want the %d recorded", len(got), err, want.Len())
	}
}
