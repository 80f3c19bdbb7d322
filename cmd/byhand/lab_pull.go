package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/spf13/cobra"

	"byhand/internal/ui"
	"byhand/lab/registry"
)

// newLabPull brings images from a registry.
func newLabPull() *cobra.Command {
	var platform string
	var quiet bool
	c := &cobra.Command{
		Use: "pull NAME[:TAG|@DIGEST]...", Short: "bring images from a registry", Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := openImages(c.Context())
			if err != nil {
				return err
			}
			for _, ref := range args {
				p := newTransfer(c.ErrOrStderr(), quiet)
				img, err := (&registry.Client{Store: s, Progress: p.see}).Pull(c.Context(), ref, platform)
				p.end()
				if err != nil {
					return err
				}
				if quiet {
					fmt.Fprintln(c.OutOrStdout(), img.ID)
					continue
				}
				fmt.Fprintln(c.OutOrStdout(), "Digest:", img.Descriptor.Digest)
				fmt.Fprintln(c.OutOrStdout(), namesOf(img)[0])
			}
			return nil
		},
	}
	c.Flags().StringVar(&platform, "platform", "", "the machine it is for, such as linux/arm64")
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "only the id")
	return c
}

// transfer shows how far a pull or push is: on a terminal one line that is
// rewritten, elsewhere one line a layer when it is whole. It goes to standard
// error, so that standard output has the result only.
type transfer struct {
	out   io.Writer
	live  bool
	quiet bool
	mu    sync.Mutex
	blobs map[v1.Hash]registry.Progress
	drawn time.Time
}

func newTransfer(out io.Writer, quiet bool) *transfer {
	return &transfer{out: out, quiet: quiet, live: ui.Look(nil, out, nil).Live, blobs: map[v1.Hash]registry.Progress{}}
}

// see takes note of what has moved.
func (t *transfer) see(p registry.Progress) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.blobs[p.Blob]
	t.blobs[p.Blob] = p
	switch {
	case t.quiet:
	case p.Note != "":
		fmt.Fprintf(t.out, "%s%s: %s\n", t.clear(), short(p.Blob), p.Note)
	case t.live && time.Since(t.drawn) > 100*time.Millisecond:
		t.drawn = time.Now()
		t.draw()
	case !t.live && p.Done == p.Total && before.Done != p.Done:
		fmt.Fprintf(t.out, "%s: whole, %s\n", short(p.Blob), humanSize(p.Total))
	}
}

// draw rewrites the line: a bar over all layers.
func (t *transfer) draw() {
	var done, total int64
	for _, b := range t.blobs {
		done, total = done+b.Done, total+b.Total
	}
	const width = 30
	n := int(width * done / max(total, 1))
	bar := ""
	for i := range width {
		bar += map[bool]string{true: "#", false: "."}[i < n]
	}
	fmt.Fprintf(t.out, "%s[%s] %s of %s", t.clear(), bar, humanSize(done), humanSize(total))
}

// clear is what empties the line on a terminal.
func (t *transfer) clear() string {
	if t.live {
		return "\r\x1b[K"
	}
	return ""
}

// end leaves the line empty.
func (t *transfer) end() {
	if t.live && !t.quiet {
		fmt.Fprint(t.out, t.clear())
	}
}

func short(h v1.Hash) string {
	if len(h.Hex) < 12 {
		return "image"
	}
	return h.Hex[:12]
}
