package events

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

var errEnough = errors.New("enough")

// take follows a journal until it has heard n events.
func take(t *testing.T, j Journal, s Span, n int) (heard []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := j.Follow(ctx, s, func(e Event) error {
		if heard = append(heard, e.Action); len(heard) == n {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Errorf("Follow = %v after %d events; want %d", err, len(heard), n)
	}
	return heard
}

// TestEveryEventOnce has writers beside a reader, and the file put aside now
// and then: none is lost, doubled or mixed with another.
func TestEveryEventOnce(t *testing.T) {
	j := Journal{Path: filepath.Join(t.TempDir(), "events.json")}
	const writers, each = 4, 50
	begun := time.Now()
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			for i := range each {
				if err := j.Append(New(fmt.Sprint(w, "-", i), "id", nil)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	heard := take(t, j, Span{Since: begun}, writers*each)
	wait.Wait()
	seen, next := map[string]bool{}, [writers]int{}
	for _, action := range heard {
		var w, i int
		if _, err := fmt.Sscanf(action, "%d-%d", &w, &i); err != nil || seen[action] || next[w] != i {
			t.Fatalf("heard %q, %v; want each writer's events once and in order", action, err)
		}
		seen[action], next[w] = true, i+1
	}
}

// TestPutAside reads on in the next file, and what is in the one before.
func TestPutAside(t *testing.T) {
	j := Journal{Path: filepath.Join(t.TempDir(), "events.json")}
	begun := time.Now()
	put := func(action string) {
		t.Helper()
		if err := j.Append(New(action, "id", nil)); err != nil {
			t.Fatal(err)
		}
	}
	put("one")
	ready, done := make(chan bool), make(chan []string)
	go func() {
		var heard []string
		_ = j.Follow(t.Context(), Span{Since: begun}, func(e Event) error {
			if heard = append(heard, e.Action); len(heard) == 1 {
				ready <- true
			}
			if len(heard) == 3 {
				return errEnough
			}
			return nil
		})
		done <- heard
	}()
	<-ready
	put("two")
	if err := os.Rename(j.Path, j.Path+".1"); err != nil {
		t.Fatal(err)
	}
	put("three")
	for _, heard := range [][]string{<-done, take(t, j, Span{Since: begun}, 3)} {
		if got, want := fmt.Sprint(heard), "[one two three]"; got != want {
			t.Errorf("heard %s; want %s", got, want)
		}
	}
}

// TestCutLine goes on behind what a crash has left.
func TestCutLine(t *testing.T) {
	j := Journal{Path: filepath.Join(t.TempDir(), "events.json")}
	if err := os.WriteFile(j.Path, []byte("{\"Action\": \"cut\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(New("whole", "id", nil)); err != nil {
		t.Fatal(err)
	}
	if got := take(t, j, Span{Since: time.Unix(1, 0)}, 1); got[0] != "whole" {
		t.Errorf("heard %q; want whole", got)
	}
}

func TestUntilEnds(t *testing.T) {
	j := Journal{Path: filepath.Join(t.TempDir(), "events.json")}
	if err := j.Follow(t.Context(), Span{Until: time.Now().Add(10 * time.Millisecond)}, nil); err != nil {
		t.Errorf("Follow until soon = %v; want nil", err)
	}
}

func TestMatch(t *testing.T) {
	e := New("exec_start: sh", "abc123", map[string]string{"image": "web:latest", "name": "box", "tier": "front"})
	for _, test := range []struct {
		filters []string
		want    bool
	}{
		{nil, true},
		{[]string{"container=box"}, true},
		{[]string{"container=abc"}, true},
		{[]string{"container=other"}, false},
		{[]string{"container=other", "container=box"}, true},
		{[]string{"event=exec_start"}, true},
		{[]string{"event=exec"}, false},
		{[]string{"image=web"}, true},
		{[]string{"label=tier"}, true},
		{[]string{"label=tier=back"}, false},
		{[]string{"type=network"}, false},
		{[]string{"container=box", "event=die"}, false},
	} {
		f, err := ParseFilters(test.filters)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Match(e); got != test.want {
			t.Errorf("Match(%v) = %t; want %t", test.filters, got, test.want)
		}
	}
}
