package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"byhand/lab/store"
)

// newLabHistory shows what an image was made by, the last step first.
func newLabHistory() *cobra.Command {
	var whole bool
	c := &cobra.Command{
		Use: "history IMAGE", Short: "show how an image was made", Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := openImages(c.Context())
			if err != nil {
				return err
			}
			img, err := s.Find(args[0])
			if err != nil {
				return hinted(err)
			}
			return table(c.OutOrStdout(), []string{"IMAGE", "CREATED", "CREATED BY", "SIZE", "COMMENT"}, historyRows(img, whole))
		},
	}
	c.Flags().BoolVar(&whole, "no-trunc", false, "everything in full")
	return c
}

// historyRows matches an image's remarks with its layers: a step that changed
// no file has none.
func historyRows(img *store.Image, whole bool) [][]string {
	var rows [][]string
	layer := 0
	for _, h := range img.Config.History {
		size := int64(0)
		if !h.EmptyLayer && layer < len(img.Manifest.Layers) {
			size = img.Manifest.Layers[layer].Size
			layer++
		}
		by := strings.Join(strings.Fields(h.CreatedBy), " ")
		if r := []rune(by); !whole && len(r) > 45 {
			by = string(r[:44]) + "…"
		}
		rows = append([][]string{{"<missing>", ago(h.Created.Time, time.Now()), by, humanSize(size), h.Comment}}, rows...)
	}
	if len(rows) > 0 {
		rows[0][0] = shortID(img, whole)
	}
	return rows
}
