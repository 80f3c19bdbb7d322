package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"byhand/lab/store"
)

// newLabImage holds the commands that Docker has below the word image.
func newLabImage() *cobra.Command {
	c := &cobra.Command{
		Use: "image COMMAND", Short: "manage images", Args: known,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	list, remove := newLabImages(), rooted(newLabRmi())
	list.Use, remove.Use = "ls [REPOSITORY[:TAG]]", "rm IMAGE..."
	c.AddCommand(list, rooted(newLabImageInspect()), rooted(newLabImagePrune()), remove, newLabTag(), newLabHistory(), newLabSave(), rooted(newLabLoad()), rooted(newLabImport()))
	return c
}

// inspected is an image under the names that Docker uses.
type inspected struct {
	ID           string `json:"Id"`
	RepoTags     []string
	Digest       string
	Created      string
	Architecture string
	OS           string `json:"Os"`
	Config       any
	RootFS       any
	Layers       []string `json:"Unpacked"`
	Size         int64
}

// newLabImageInspect prints all that is known of images, as JSON.
func newLabImageInspect() *cobra.Command {
	return &cobra.Command{
		Use: "inspect IMAGE...", Short: "print all that is known of images", Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := openImages(c.Context())
			if err != nil {
				return err
			}
			var list []inspected
			for _, ref := range args {
				img, err := s.Find(ref)
				if err != nil {
					return hinted(err)
				}
				one, err := inspect(c, s, img)
				if err != nil {
					return err
				}
				list = append(list, one)
			}
			out := json.NewEncoder(c.OutOrStdout())
			out.SetIndent("", "    ")
			return out.Encode(list)
		},
	}
}

func inspect(c *cobra.Command, s *store.Store, img *store.Image) (inspected, error) {
	lower, err := s.Root(c.Context(), img)
	if err != nil {
		return inspected{}, err
	}
	size, err := s.Size(img)
	return inspected{
		ID: img.ID.String(), RepoTags: append([]string{}, img.Names...), Digest: img.Descriptor.Digest.String(),
		Created: img.Config.Created.Format("2006-01-02T15:04:05Z07:00"), Architecture: img.Config.Architecture, OS: img.Config.OS,
		Config: img.Config.Config, RootFS: img.Config.RootFS, Layers: lower, Size: size,
	}, err
}
