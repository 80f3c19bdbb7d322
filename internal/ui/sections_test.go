package ui

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"byhand/internal/xray"
)

// TestSections lays a real anatomy out for every width, and wants no line broken.
func TestSections(t *testing.T) {
	a, err := xray.Look(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{40, 80, 120} {
		var out bytes.Buffer
		if err := Sections(&out, Terminal{Width: width}, a.Sections()); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if n := cols(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("at %d columns line %q has %d", width, line, n)
			}
		}
		if !strings.Contains(out.String(), "namespaces\n  mnt") {
			t.Errorf("at %d columns the namespaces are missing: %q", width, out.String())
		}
	}
}

func TestChanged(t *testing.T) {
	got := Changed([]string{"a", "b", "b"}, []string{"a", "b", "c", "b", "b"})
	if want := []string{"c", "b"}; !slices.Equal(got, want) {
		t.Errorf("Changed = %q; want %q", got, want)
	}
}

// TestLive shows two pictures: in place and cut to the height on a terminal, by
// what changed elsewhere.
func TestLive(t *testing.T) {
	ended := errors.New("ended")
	for _, test := range []struct {
		name string
		t    Terminal
		want string
	}{
		{"terminal", Terminal{Live: true, Width: 80, Height: 2}, "\x1b[?1049h\x1b[?25l" +
			"\x1b[Hmemory 1\x1b[K\n... and 2 lines below\x1b[K\x1b[J" +
			"\x1b[Hmemory 2\x1b[K\n... and 2 lines below\x1b[K\x1b[J\x1b[?1049l\x1b[?25h"},
		{"pipe", Terminal{}, "memory 1\nused\nidle\nmemory 2\n"},
	} {
		var out bytes.Buffer
		n := 0
		err := Live(context.Background(), &out, func() Terminal { return test.t }, time.Millisecond, func() ([]xray.Section, error) {
			if n++; n == 3 {
				return nil, ended
			}
			rows := []xray.Row{{Cells: []string{"used"}}, {Cells: []string{"idle"}}}
			return []xray.Section{{Title: "memory " + string(rune('0'+n)), Rows: rows}}, nil
		})
		if !errors.Is(err, ended) {
			t.Errorf("%s: Live = %v; want %v", test.name, err, ended)
		}
		if out.String() != test.want {
			t.Errorf("%s: Live shows %q; want %q", test.name, out.String(), test.want)
		}
	}
}
