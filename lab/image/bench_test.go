package image

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// BenchmarkExport measures a tree of small files, one of a few large ones and
// one of holes, into a pipe, and GNU tar beside it for the ratio. Set TMPDIR to
// a tmpfs to leave the disk out.
func BenchmarkExport(b *testing.B) {
	write := func(name string, content []byte) {
		b.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	trees := []struct {
		name string
		make func(dir string)
	}{
		{"small", func(dir string) {
			for i := range 10_000 {
				write(filepath.Join(dir, fmt.Sprintf("dir%d/file%d", i%200, i)), bytes.Repeat([]byte("some text "), i/5))
			}
		}},
		{"large", func(dir string) {
			for i := range 8 {
				write(filepath.Join(dir, fmt.Sprint(i)), bytes.Repeat([]byte("some text "), 3<<20))
			}
		}},
		{"sparse", func(dir string) {
			for i := range 100 {
				name := filepath.Join(dir, fmt.Sprint(i))
				write(name, []byte("begin"))
				if err := os.Truncate(name, 1<<30); err != nil {
					b.Fatal(err)
				}
			}
		}},
	}
	for _, tree := range trees {
		dir := b.TempDir()
		tree.make(dir)
		b.Run(tree.name+"/Export", func(b *testing.B) {
			for b.Loop() {
				r, w, err := os.Pipe()
				if err != nil {
					b.Fatal(err)
				}
				go func() {
					_, err := Export(b.Context(), w, dir, ExportOptions{})
					if err != nil {
						b.Error(err)
					}
					w.Close()
				}()
				drain(b, r)
			}
		})
		b.Run(tree.name+"/GNU", func(b *testing.B) {
			for b.Loop() {
				r, w, err := os.Pipe()
				if err != nil {
					b.Fatal(err)
				}
				cmd := exec.Command("tar", "--format=pax", "--xattrs", "--acls", "-S", "--sort=name", "--numeric-owner", "-C", dir, "-cf", "-", ".")
				cmd.Stdout = w
				if err := cmd.Start(); err != nil {
					b.Fatal(err)
				}
				w.Close()
				drain(b, r)
				if err := cmd.Wait(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// drain reads a pipe to its end, as the reader of an archive would.
func drain(b *testing.B, r *os.File) {
	b.Helper()
	buf := make([]byte, 1<<20)
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, buf)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(n)
	r.Close()
}
