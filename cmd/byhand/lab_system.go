package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"byhand/lab/volume"
)

// newLabSystem holds the commands about the engine as a whole.
func newLabSystem() *cobra.Command {
	c := &cobra.Command{
		Use: "system COMMAND", Short: "the engine as a whole", Args: known,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(rooted(&cobra.Command{
		Use: "df", Short: "show the room on disk that all takes", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			var all [][]string
			for _, row := range []func(*cobra.Command) ([][]string, error){imagesRoom, containersRoom, volumesRoom} {
				rows, err := row(c)
				if err != nil {
					return err
				}
				all = append(all, rows...)
			}
			return table(c.OutOrStdout(), []string{"TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"}, all)
		},
	}))
	c.AddCommand(rooted(newLabSystemClean()))
	return c
}

// room is a row of df.
func room(what string, total, active int, size, free int64) []string {
	part := ""
	if size > 0 {
		part = fmt.Sprintf(" (%d%%)", 100*free/size)
	}
	return []string{what, fmt.Sprint(total), fmt.Sprint(active), humanSize(size), humanSize(free) + part}
}

func imagesRoom(c *cobra.Command) ([][]string, error) {
	s, err := openImages(c.Context())
	if err != nil {
		return nil, err
	}
	u, err := s.Usage()
	rows := [][]string{room("Images", u.Images, u.Used, u.Packed+u.Unpacked, u.Free-u.Partial)}
	if u.Partial > 0 {
		rows = append(rows, []string{"Cut downloads", "", "", humanSize(u.Partial), humanSize(u.Partial) + " (100%)"})
	}
	return rows, err
}

func containersRoom(c *cobra.Command) ([][]string, error) {
	e, err := openEngine(c.Context())
	if err != nil {
		return nil, err
	}
	list, err := e.store.List()
	if err != nil {
		return nil, err
	}
	active := 0
	var size, free int64
	for _, l := range list {
		n, err := volume.Room(l.Box.Root(l.Config).Upper)
		if err != nil {
			return nil, err
		}
		size += n
		if l.Status.Running() || l.Status.Word == "restarting" {
			active++
		} else {
			free += n
		}
	}
	return [][]string{room("Containers", len(list), active, size, free)}, nil
}

func volumesRoom(c *cobra.Command) ([][]string, error) {
	e, err := openEngine(c.Context())
	if err != nil {
		return nil, err
	}
	list, err := e.volumes(nil)
	if err != nil {
		return nil, err
	}
	users, err := e.store.VolumeUsers()
	if err != nil {
		return nil, err
	}
	active := 0
	var size, free int64
	for _, v := range list {
		n, err := v.Size()
		if err != nil {
			return nil, err
		}
		size += n
		if len(users[v.Name]) > 0 {
			active++
		} else {
			free += n
		}
	}
	return [][]string{room("Local Volumes", len(list), active, size, free)}, nil
}
