package ui

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestLookTerminal(t *testing.T) {
	for _, tt := range []struct {
		name          string
		rows, columns int
		env           []string
		want          Terminal
	}{
		{"plain", 24, 80, []string{"TERM=xterm"},
			Terminal{Colour: true, Live: true, Interactive: true, Width: 80, Height: 24}},
		{"UTF-8", 24, 80, []string{"LANG=en_GB.UTF-8"},
			Terminal{Colour: true, Unicode: true, Live: true, Interactive: true, Width: 80, Height: 24}},
		{"LC_CTYPE before LANG", 24, 80, []string{"LANG=en_GB.UTF-8", "LC_CTYPE=C"},
			Terminal{Colour: true, Live: true, Interactive: true, Width: 80, Height: 24}},
		{"LC_ALL before LC_CTYPE", 24, 80, []string{"LC_ALL=C.utf8", "LC_CTYPE=C"},
			Terminal{Colour: true, Unicode: true, Live: true, Interactive: true, Width: 80, Height: 24}},
		{"NO_COLOR", 24, 80, []string{"NO_COLOR=1"},
			Terminal{Live: true, Interactive: true, Width: 80, Height: 24}},
		{"dumb", 24, 80, []string{"TERM=dumb"}, Terminal{Width: 80, Height: 24}},
		{"its size before COLUMNS", 50, 132, []string{"COLUMNS=40"},
			Terminal{Colour: true, Live: true, Interactive: true, Width: 132, Height: 50}},
		{"serial line", 0, 0, nil,
			Terminal{Colour: true, Live: true, Interactive: true, Width: 80}},
		{"serial line with COLUMNS", 0, 0, []string{"COLUMNS=100"},
			Terminal{Colour: true, Live: true, Interactive: true, Width: 100}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newConsole(t, tt.rows, tt.columns)
			if got := Look(c.screen, c.screen, env(tt.env...)); got != tt.want {
				t.Errorf("Look(terminal, %q) = %+v; want %+v", tt.env, got, tt.want)
			}
		})
	}
}

func TestLookPipe(t *testing.T) {
	c := newConsole(t, 24, 132)
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, tt := range []struct {
		env  []string
		want Terminal
	}{
		{[]string{"TERM=xterm", "LANG=C.UTF-8"}, Terminal{Width: 80}},
		{[]string{"COLUMNS=60"}, Terminal{Width: 60}},
		{[]string{"COLUMNS=-3"}, Terminal{Width: 80}},
		{[]string{"COLUMNS=wide"}, Terminal{Width: 80}},
	} {
		if got := Look(c.screen, file, env(tt.env...)); got != tt.want {
			t.Errorf("Look(terminal, file, %q) = %+v; want %+v", tt.env, got, tt.want)
		}
		if got := Look(nil, &bytes.Buffer{}, env(tt.env...)); got != tt.want {
			t.Errorf("Look(nil, buffer, %q) = %+v; want %+v", tt.env, got, tt.want)
		}
	}
	// Somebody watches, but answers come from elsewhere.
	if got := Look(file, c.screen, env()); !got.Live || got.Interactive {
		t.Errorf("Look(file, terminal) = %+v; want it live and not interactive", got)
	}
}

func TestProseWidth(t *testing.T) {
	for _, tt := range []struct{ width, columns, prose int }{
		{0, 80, 80}, {3, 10, 10}, {40, 40, 40}, {100, 100, 100}, {200, 200, 100},
	} {
		term := Terminal{Width: tt.width}
		if c, p := term.columns(), term.prose(); c != tt.columns || p != tt.prose {
			t.Errorf("Terminal{Width: %d}: columns %d, prose %d; want %d, %d", tt.width, c, p, tt.columns, tt.prose)
		}
	}
}
