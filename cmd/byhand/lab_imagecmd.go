package main

import "github.com/spf13/cobra"

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

// newLabImageInspect prints all that is known of images.
func newLabImageInspect() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use: "inspect [OPTIONS] IMAGE [IMAGE...]", Short: "show everything about images", Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			var list []inspected
			for _, ref := range args {
				found, err := inspectImage(c, ref)
				if err != nil {
					return hinted(err)
				}
				list = append(list, found)
			}
			return show(c.OutOrStdout(), format, list)
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "", "a template of Go's, or json")
	return c
}
