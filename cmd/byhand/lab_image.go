package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"byhand/internal/ui"
	"byhand/lab/store"
)

// imageCommands are the commands of lab that make, show and move images.
func imageCommands() []*cobra.Command {
	return []*cobra.Command{
		newLabImages(), newLabTag(), rooted(newLabRmi()), newLabHistory(), newLabImage(),
		newLabSave(), rooted(newLabLoad()), rooted(newLabImport()), newLabSystem(),
		rooted(newLabBuild()), rooted(newLabPull()), newLabPush(), newLabSearch(), newLabLogin(), newLabRegistry(),
	}
}

// openImages opens the store of images.
func openImages(ctx context.Context) (*store.Store, error) {
	a, err := open(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := a.places.MakeLab(a.user)
	if err != nil {
		return nil, err
	}
	if err := dir.Close(); err != nil {
		return nil, err
	}
	return store.Open(filepath.Join(a.places.Lab, "images"))
}

// hinted adds to an error about an image what to type next.
func hinted(err error) error {
	if next := hints(err); next != nil {
		return &exit{code: 1, err: err, hints: next}
	}
	return err
}

// hints are what to type next after an error.
func hints(err error) []string {
	if errors.Is(err, store.ErrUnknown) {
		return []string{"byhand lab images"}
	}
	return nil
}

// table writes rows below a heading, as Docker's lists are: each on a line of its
// own, however long, as scripts read them.
func table(w io.Writer, heading []string, rows [][]string) error {
	var cells [][]ui.Cell
	for _, row := range append([][]string{heading}, rows...) {
		var line []ui.Cell
		for _, text := range row {
			line = append(line, ui.Plain.Of(text))
		}
		cells = append(cells, line)
	}
	t := ui.Look(nil, w, nil)
	t.Width = math.MaxInt32
	return ui.Columns(w, t, cells)
}

// humanSize writes a number of bytes as Docker does, in decimal units.
func humanSize(n int64) string {
	size, unit := float64(n), "B"
	for _, next := range []string{"kB", "MB", "GB", "TB"} {
		if size < 1000 {
			break
		}
		size, unit = size/1000, next
	}
	return fmt.Sprintf("%.3g%s", size, unit)
}

// ago writes how long ago a moment was, as Docker does.
func ago(t, now time.Time) string {
	if t.IsZero() {
		return "N/A"
	}
	d := now.Sub(t)
	for _, u := range []struct {
		size time.Duration
		name string
	}{{365 * 24 * time.Hour, "year"}, {30 * 24 * time.Hour, "month"}, {7 * 24 * time.Hour, "week"},
		{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		switch n := int(d / u.size); {
		case n == 1:
			return "1 " + u.name + " ago"
		case n > 1:
			return fmt.Sprintf("%d %ss ago", n, u.name)
		}
	}
	return "less than a minute ago"
}
