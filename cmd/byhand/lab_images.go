package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"byhand/lab/store"
)

// newLabImages lists images: one line a name, the newest first.
func newLabImages() *cobra.Command {
	var quiet, whole, digests bool
	c := &cobra.Command{
		Use: "images [REPOSITORY[:TAG]]", Short: "list images", Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := openImages(c.Context())
			if err != nil {
				return err
			}
			list, err := s.Images()
			if err != nil {
				return err
			}
			slices.SortStableFunc(list, func(a, b *store.Image) int { return b.Config.Created.Compare(a.Config.Created.Time) })
			var rows [][]string
			for _, img := range list {
				size, err := s.Size(img)
				if err != nil {
					return err
				}
				for _, name := range namesOf(img) {
					repository, tag := store.Split(name)
					if len(args) == 1 && args[0] != repository && args[0] != name {
						continue
					}
					row := []string{repository, tag}
					if digests {
						row = append(row, img.Descriptor.Digest.String())
					}
					rows = append(rows, append(row, shortID(img, whole), ago(img.Config.Created.Time, time.Now()), humanSize(size)))
				}
			}
			if !quiet {
				heading := []string{"REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"}
				if digests {
					heading = slices.Insert(heading, 2, "DIGEST")
				}
				return table(c.OutOrStdout(), heading, rows)
			}
			for _, row := range rows {
				fmt.Fprintln(c.OutOrStdout(), row[len(row)-3])
			}
			return nil
		},
	}
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "only ids")
	c.Flags().BoolVar(&whole, "no-trunc", false, "ids in full")
	c.Flags().BoolVar(&digests, "digests", false, "digests of the manifests too")
	return c
}

// namesOf are an image's names; one that has none is listed as Docker does.
func namesOf(img *store.Image) []string {
	if len(img.Names) == 0 {
		return []string{"<none>:<none>"}
	}
	return img.Names
}

// shortID is an image's id in twelve digits, or in full.
func shortID(img *store.Image, whole bool) string {
	if whole {
		return img.ID.String()
	}
	return img.ID.Hex[:12]
}
