package vm

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestHold(t *testing.T) {
	for _, test := range []struct {
		first, second int
		want          error
	}{
		{shared, shared, nil},
		{shared, exclusive, context.DeadlineExceeded},
		{exclusive, shared, context.DeadlineExceeded},
		{exclusive, exclusive, context.DeadlineExceeded},
	} {
		path := filepath.Join(t.TempDir(), "lock")
		first, err := hold(t.Context(), path, test.first)
		if err != nil {
			t.Fatal(err)
		}
		defer first.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		second, err := hold(ctx, path, test.second)
		if !errors.Is(err, test.want) {
			t.Errorf("hold(%d) while held with %d = %v; want %v", test.second, test.first, err, test.want)
		}
		if err == nil {
			defer second.Close()
		}
	}
}

// TestHoldWaits lets go of the lock while another waits for it.
func TestHoldWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := hold(t.Context(), path, exclusive)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(50*time.Millisecond, func() { first.Close() })
	second, err := hold(t.Context(), path, exclusive)
	if err != nil {
		t.Fatalf("hold() once it is free = %v; want it held", err)
	}
	second.Close()
}

func TestPrune(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{imagePrefix + "old", imagePrefix + "used", imagePrefix + "kept", "other"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	used, err := hold(t.Context(), filepath.Join(dir, imagePrefix+"used", "lock"), shared)
	if err != nil {
		t.Fatal(err)
	}
	defer used.Close()
	if err := prune(dir, filepath.Join(dir, imagePrefix+"kept"), func(string) {}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if want := []string{imagePrefix + "kept", imagePrefix + "used", "other"}; !slices.Equal(left, want) {
		t.Errorf("after prune: %q; want %q", left, want)
	}
}
