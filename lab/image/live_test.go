package image

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestExportChanges changes a tree at known moments of its export. The archive
// must stay valid, its sizes true, and the change be told.
func TestExportChanges(t *testing.T) {
	const size = 3 << 20 // more than is read at a time
	tests := []struct {
		name   string
		change func(dir string) error // made when "b" has been begun
		want   Summary
		told   string
		check  func(t *testing.T, files map[string]string)
	}{
		{
			name:   "shrinks",
			change: func(dir string) error { return os.Truncate(filepath.Join(dir, "b"), 1000) },
			want:   Summary{Changed: 1}, told: "b: shrank from 3145728 bytes to 1000",
			check: func(t *testing.T, files map[string]string) {
				if want := strings.Repeat("b", 1000) + strings.Repeat("\x00", size-1000); files["b"] != want {
					t.Errorf("b is not its first 1000 bytes and zeros")
				}
			},
		},
		{
			name: "grows",
			change: func(dir string) error {
				f, err := os.OpenFile(filepath.Join(dir, "b"), os.O_APPEND|os.O_WRONLY, 0)
				if err != nil {
					return err
				}
				defer f.Close()
				_, err = f.WriteString("more")
				return err
			},
			want: Summary{Changed: 1}, told: "b: changed",
			check: func(t *testing.T, files map[string]string) {
				if files["b"] != strings.Repeat("b", size) {
					t.Errorf("b is not as large as it was when its entry began")
				}
			},
		},
		{
			name:   "file vanishes",
			change: func(dir string) error { return os.Remove(filepath.Join(dir, "c")) },
			want:   Summary{Vanished: 1}, told: "c: vanished",
		},
		{
			name:   "directory vanishes",
			change: func(dir string) error { return os.RemoveAll(filepath.Join(dir, "d")) },
			want:   Summary{Vanished: 1}, told: "d: vanished",
		},
		{
			name: "file becomes a link to the host",
			change: func(dir string) error {
				_ = os.Remove(filepath.Join(dir, "c"))
				return os.Symlink("/etc/passwd", filepath.Join(dir, "c"))
			},
			check: func(t *testing.T, files map[string]string) {
				if files["c"] != "-> /etc/passwd" {
					t.Errorf("c = %.40q; want the link itself", files["c"])
				}
			},
		},
		{
			name: "directory becomes a link to the host",
			change: func(dir string) error {
				_ = os.RemoveAll(filepath.Join(dir, "d"))
				return os.Symlink("/etc", filepath.Join(dir, "d"))
			},
			check: func(t *testing.T, files map[string]string) {
				if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, []string{"./", "a", "b", "c", "d"}) {
					t.Errorf("the archive holds %q; want nothing of /etc", got)
				}
			},
		},
		{
			name: "the open file is renamed away",
			change: func(dir string) error {
				return os.Rename(filepath.Join(dir, "b"), filepath.Join(dir, "renamed"))
			},
			check: func(t *testing.T, files map[string]string) {
				if files["b"] != strings.Repeat("b", size) {
					t.Errorf("b is not the file that was found")
				}
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, "d"), 0o755); err != nil {
				t.Fatal(err)
			}
			for name, n := range map[string]int{"a": 1, "b": size, "c": 10, "d/e": 10} {
				if err := os.WriteFile(filepath.Join(dir, name), bytes.Repeat([]byte(filepath.Base(name)), n), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			var changed bool
			archive, sum, skipped := exported(t, dir, ExportOptions{Report: func(entries int, _ int64) {
				if entries == 3 && !changed { // ".", "a", "b"
					changed = true
					if err := tt.change(dir); err != nil {
						t.Error(err)
					}
				}
			}})
			files := filesIn(t, archive)
			sum.Entries, sum.Bytes = 0, 0
			if sum != tt.want {
				t.Errorf("Export = %+v; want %+v", sum, tt.want)
			}
			if all := strings.Join(skipped, "\n"); !strings.HasPrefix(all, tt.told) || (tt.told == "") != (all == "") {
				t.Errorf("Export told %q; want %q", all, tt.told)
			}
			if tt.check != nil {
				tt.check(t, files)
			}
		})
	}
}

// filesIn reads a whole archive, which must be valid to its end.
func filesIn(t *testing.T, archive []byte) map[string]string {
	t.Helper()
	files := map[string]string{}
	in := bytes.NewReader(archive)
	for r := tar.NewReader(in); ; {
		hdr, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("after %d entries: %v", len(files), err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("%s: %v", hdr.Name, err)
		}
		files[hdr.Name] = string(content)
		if hdr.Typeflag == tar.TypeSymlink {
			files[hdr.Name] = "-> " + hdr.Linkname
		}
	}
	if in.Len() > 0 {
		t.Errorf("%d bytes follow the end of the archive", in.Len())
	}
	return files
}

// TestExportRefused exports a directory of sysfs, whose files claim a page of
// content, hold less, and refuse to be read here and there: a file system that
// keeps no promise.
func TestExportRefused(t *testing.T) {
	archive, sum, skipped := exported(t, "/sys/devices/virtual/net/lo", ExportOptions{})
	if sum.Unreadable == 0 || sum.Changed == 0 || sum.Unreadable+sum.Changed != len(skipped) {
		t.Errorf("Export = %+v, skipped %d; want some of both", sum, len(skipped))
	}
	files := filesIn(t, archive)
	if got := strings.TrimRight(files["mtu"], "\x00"); got != "65536\n" || len(files["mtu"]) != os.Getpagesize() {
		t.Errorf("mtu = %q in %d bytes; want 65536 and zeros up to a page", got, len(files["mtu"]))
	}
	if all := strings.Join(skipped, "\n"); !strings.Contains(all, "speed: pread64 at 0: invalid argument; zeros stand") {
		t.Errorf("Export told %q; want that speed can't be read", all)
	}

	// What one may not even open stays out.
	if os.Geteuid() == 0 {
		return // root may open anything
	}
	dir := treeDir(t)
	for name, mode := range map[string]os.FileMode{"closed": 0, "open": 0o644} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "d"), 0o100); err != nil {
		t.Fatal(err)
	}
	archive, sum, _ = exported(t, dir, ExportOptions{})
	if got := slices.Sorted(maps.Keys(filesIn(t, archive))); sum.Unreadable != 2 || !slices.Equal(got, []string{"./", "d/", "open"}) {
		t.Errorf("Export = %+v with %q; want closed and the content of d unreadable", sum, got)
	}
}

// TestExportTurmoil exports a tree that another goroutine changes all the time.
func TestExportTurmoil(t *testing.T) {
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int)
	go func() {
		rounds := 0
		for ; ctx.Err() == nil; rounds++ {
			name := filepath.Join(dir, fmt.Sprintf("d%d", rounds%7), fmt.Sprintf("f%d", rounds%31))
			_ = os.MkdirAll(filepath.Dir(name), 0o755)
			_ = os.WriteFile(name, bytes.Repeat([]byte{byte(rounds)}, rounds%100_000), 0o644)
			_ = os.Truncate(name, int64(rounds%50_000))
			_ = os.Link(name, name+"l")
			if rounds%3 == 0 {
				_ = os.RemoveAll(filepath.Dir(name))
			}
			if rounds%5 == 0 {
				_ = os.Symlink("/etc", name)
			}
		}
		done <- rounds
	}()
	var total Summary
	exports := 0
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end) && (exports < 50 || total.Vanished == 0 || total.Changed == 0); exports++ {
		archive, sum, _ := exported(t, dir, ExportOptions{})
		if n := len(filesIn(t, archive)); n != sum.Entries {
			t.Errorf("the archive holds %d entries; Export = %+v", n, sum)
		}
		total.Vanished += sum.Vanished
		total.Changed += sum.Changed
	}
	stop()
	t.Logf("%d exports in %d rounds of change: %+v", exports, <-done, total)
	if total.Vanished == 0 {
		t.Errorf("no export met a change: this tests nothing")
	}
}

func TestExportStops(t *testing.T) {
	dir := t.TempDir()
	for i := range 10 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), bytes.Repeat([]byte("x"), 1<<20), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	sum, err := Export(ctx, io.Discard, dir, ExportOptions{Report: func(_ int, n int64) {
		if n > 2<<20 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || sum.Bytes > 3<<20 {
		t.Errorf("Export(cancelled at 2 MB) = %+v, %v; want %v at once", sum, err, context.Canceled)
	}
	full := errors.New("no room")
	if _, err := Export(t.Context(), failing{full}, dir, ExportOptions{}); !errors.Is(err, full) {
		t.Errorf("Export(failing writer) = %v; want %v", err, full)
	}
	if _, err := Export(t.Context(), io.Discard, filepath.Join(dir, "0"), ExportOptions{}); err == nil {
		t.Errorf("Export(a file) = nil; want an error")
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestExportMemory exports many files and a huge sparse one, and watches the
// heap.
func TestExportMemory(t *testing.T) {
	dir := t.TempDir()
	for i := range 6_000 {
		name := filepath.Join(dir, fmt.Sprintf("d%d/%d", i%200, i))
		_ = os.MkdirAll(filepath.Dir(name), 0o755)
		if err := os.WriteFile(name, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Create(filepath.Join(dir, "sparse"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(1 << 40); err != nil {
		t.Fatal(err)
	}
	for i := range int64(maxIslands + 1000) {
		if _, err := f.WriteAt([]byte("island"), i*3*page); err != nil {
			t.Fatal(err)
		}
	}
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var peak uint64
	w := &counting{}
	sum, err := Export(t.Context(), w, dir, ExportOptions{Report: func(entries int, _ int64) {
		if entries%500 == 0 {
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v, %d bytes of archive, heap %d KB before, at most %d KB", sum, w.n, before.HeapAlloc>>10, peak>>10)
	if grown := int64(peak) - int64(before.HeapAlloc); grown > 16<<20 {
		t.Errorf("the heap grew by %d KB; want less than 16 MB", grown>>10)
	}
}

type counting struct{ n int64 }

func (c *counting) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }
