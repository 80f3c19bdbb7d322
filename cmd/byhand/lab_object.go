package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"byhand/lab/rows"
	"byhand/lab/state"
	"byhand/lab/store"
	"byhand/lab/words"
)

// newLabInspect shows what a name stands for: a container or else an image.
func newLabInspect() *cobra.Command {
	var format, kind string
	c := &cobra.Command{
		Use: "inspect [OPTIONS] NAME [NAME...]", Short: "show everything about containers or images", Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if kind != "" && kind != "container" && kind != "image" {
				return fmt.Errorf("%q is not a valid value for --type: container or image", kind)
			}
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			var list []any
			for _, name := range args {
				found, err := e.object(c, kind, name)
				if err != nil {
					return err
				}
				list = append(list, found)
			}
			return show(c.OutOrStdout(), format, list)
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "", "a template of Go's, or json")
	c.Flags().StringVar(&kind, "type", "", "what kind of thing: container or image")
	return c
}

// object is what a name stands for, of a kind or, where that is empty, of any.
func (e *engine) object(c *cobra.Command, kind, name string) (any, error) {
	if kind != "image" {
		l, err := e.listed(name)
		if err == nil {
			return rows.DetailsOf(l), nil
		}
		if kind == "container" || !errors.Is(err, state.ErrNone) {
			return nil, err
		}
	}
	found, err := e.inspectImage(c, name)
	if kind == "" && errors.Is(err, store.ErrUnknown) {
		err = words.Errorf("No such object: %s", name)
	}
	return found, err
}

// show prints things as inspect does: by a template, or as JSON.
func show[T any](w io.Writer, format string, list []T) error {
	if format != "" {
		return rows.List(w, format, nil, list)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	return encoder.Encode(list)
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
	// Layers are where the layers are unpacked, for root to look at.
	Layers []string `json:"Unpacked,omitempty"`
	Size   int64
}

// inspectImage is inspectImage where there may never have been an image: who asks
// makes no store.
func (e *engine) inspectImage(c *cobra.Command, ref string) (inspected, error) {
	if _, err := os.Stat(filepath.Join(e.store.Dir, "images")); err != nil {
		return inspected{}, fmt.Errorf("%w: %s", store.ErrUnknown, ref)
	}
	return inspectImage(c, ref)
}

// inspectImage returns all that is known of an image.
func inspectImage(c *cobra.Command, ref string) (inspected, error) {
	s, err := openImages(c.Context())
	if err != nil {
		return inspected{}, err
	}
	img, err := s.Find(ref)
	if err != nil {
		return inspected{}, err
	}
	var lower []string
	if os.Geteuid() == 0 {
		if lower, err = s.Root(c.Context(), img); err != nil {
			return inspected{}, err
		}
	}
	size, err := s.Size(img)
	return inspected{
		ID: img.ID.String(), RepoTags: append([]string{}, img.Names...), Digest: img.Descriptor.Digest.String(),
		Created: img.Config.Created.Format("2006-01-02T15:04:05Z07:00"), Architecture: img.Config.Architecture, OS: img.Config.OS,
		Config: img.Config.Config, RootFS: img.Config.RootFS, Layers: lower, Size: size,
	}, err
}
