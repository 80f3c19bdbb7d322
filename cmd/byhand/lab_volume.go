package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"byhand/lab/rows"
	"byhand/lab/state"
	"byhand/lab/volume"
)

// newLabVolume holds the commands about volumes.
func newLabVolume() *cobra.Command {
	c := &cobra.Command{
		Use: "volume COMMAND", Short: "manage volumes", Args: known,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(rooted(newLabVolumeCreate()), newLabVolumeList(), rooted(newLabVolumeInspect()), rooted(newLabVolumeRemove()), rooted(newLabVolumePrune()))
	return c
}

func newLabVolumeCreate() *cobra.Command {
	var labels, options []string
	var driver string
	c := &cobra.Command{
		Use: "create [OPTIONS] [VOLUME]", Short: "make a volume", Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			set := pairs(labels)
			name := ""
			if len(args) == 1 {
				name = args[0]
			}
			if name == "" {
				name = state.NewID()
				set[volume.Anonymous] = ""
			}
			if err := volume.Plain(name, driver, pairs(options)); err != nil {
				return err
			}
			if _, err := e.store.Volumes().Create(name, set); err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), name)
			return nil
		},
	}
	c.Flags().StringArrayVar(&labels, "label", nil, "a remark, KEY=VALUE")
	c.Flags().StringVarP(&driver, "driver", "d", "local", "who keeps it")
	c.Flags().StringArrayVarP(&options, "opt", "o", nil, "an option for the driver")
	return c
}

// pairs reads texts of the form KEY=VALUE.
func pairs(texts []string) map[string]string {
	m := map[string]string{}
	for _, text := range texts {
		key, value, _ := strings.Cut(text, "=")
		m[key] = value
	}
	return m
}

// volumeRow is a volume as inspect and a list's template know it.
type volumeRow struct {
	CreatedAt  string
	Driver     string
	Labels     map[string]string
	Mountpoint string
	Name       string
	Options    map[string]string
	Scope      string
}

func volumeRowOf(v volume.Volume) volumeRow {
	return volumeRow{v.CreatedAt.Format(time.RFC3339), "local", v.Labels, v.Data(), v.Name, nil, "local"}
}

// Label returns the value of a label, for templates.
func (r volumeRow) Label(key string) string { return r.Labels[key] }

func newLabVolumeList() *cobra.Command {
	var quiet bool
	var filters []string
	var format string
	c := &cobra.Command{
		Use: "ls [OPTIONS]", Aliases: []string{"list"}, Short: "list volumes", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			list, err := e.volumes(filters)
			if err != nil {
				return err
			}
			var shown []volumeRow
			for _, v := range list {
				shown = append(shown, volumeRowOf(v))
			}
			if quiet {
				format = "{{.Name}}"
			}
			titles := map[string]string{"Driver": "DRIVER", "Name": "VOLUME NAME", "Mountpoint": "MOUNTPOINT", "Scope": "SCOPE", "Labels": "LABELS"}
			return rows.List(c.OutOrStdout(), format, titles, shown)
		},
	}
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "only the names")
	c.Flags().StringArrayVarP(&filters, "filter", "f", nil, "KEY=VALUE: name, label, dangling, driver")
	c.Flags().StringVar(&format, "format", "table {{.Driver}}\t{{.Name}}", "a template of Go's, \"table TEMPLATE\" or json")
	return c
}

// volumes lists those that every filter wants.
func (e *engine) volumes(filters []string) ([]volume.Volume, error) {
	list, err := e.store.Volumes().List()
	if err != nil {
		return nil, err
	}
	users, err := e.store.VolumeUsers()
	if err != nil {
		return nil, err
	}
	for _, text := range filters {
		key, value, _ := strings.Cut(text, "=")
		keep, err := volumeFilter(key, value, users)
		if err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(v volume.Volume) bool { return !keep(v) })
	}
	return list, nil
}

func volumeFilter(key, value string, users map[string][]string) (func(volume.Volume) bool, error) {
	switch key {
	case "name":
		return func(v volume.Volume) bool { return strings.Contains(v.Name, value) }, nil
	case "driver":
		return func(volume.Volume) bool { return value == "local" }, nil
	case "dangling":
		want, err := strconv.ParseBool(value)
		if err != nil {
			return nil, fmt.Errorf("invalid filter 'dangling=%s'", value)
		}
		return func(v volume.Volume) bool { return (len(users[v.Name]) == 0) == want }, nil
	case "label":
		name, want, hasValue := strings.Cut(value, "=")
		return func(v volume.Volume) bool {
			got, found := v.Labels[name]
			return found && (!hasValue || got == want)
		}, nil
	}
	return nil, fmt.Errorf("invalid filter '%s'", key)
}

func newLabVolumeInspect() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use: "inspect [OPTIONS] VOLUME [VOLUME...]", Short: "show everything about volumes", Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			list, errs := []volumeRow{}, []error{}
			for _, name := range args {
				v, err := e.store.Volumes().Find(name)
				if err != nil {
					errs = append(errs, err)
					continue
				}
				list = append(list, volumeRowOf(v))
			}
			return errors.Join(append(errs, show(c.OutOrStdout(), format, list))...)
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "", "a template of Go's, or json")
	return c
}

func newLabVolumeRemove() *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use: "rm [OPTIONS] VOLUME [VOLUME...]", Aliases: []string{"remove"}, Short: "remove volumes", Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			var errs []error
			for _, name := range args {
				err := e.store.RemoveVolume(c.Context(), name)
				if err != nil && !(force && errors.Is(err, volume.ErrNone)) {
					errs = append(errs, err)
					continue
				}
				fmt.Fprintln(c.OutOrStdout(), name)
			}
			return errors.Join(errs...)
		},
	}
	c.Flags().BoolVarP(&force, "force", "f", false, "one that is not there is no error")
	return c
}

func newLabVolumePrune() *cobra.Command {
	var all, force bool
	var filters []string
	c := &cobra.Command{
		Use: "prune [OPTIONS]", Short: "remove volumes that no container has", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if !force {
				which := "anonymous"
				if all {
					which = "all"
				}
				yes, err := agreed(c, "WARNING! This will remove "+which+" local volumes not used by at least one container.\nAre you sure you want to continue? [y/N] ")
				if err != nil || !yes {
					return err
				}
			}
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			return e.pruneVolumes(c, all, filters)
		},
	}
	c.Flags().BoolVarP(&all, "all", "a", false, "those with a name too")
	c.Flags().BoolVarP(&force, "force", "f", false, "ask nothing")
	c.Flags().StringArrayVar(&filters, "filter", nil, "label=KEY[=VALUE]")
	return c
}

// pruneVolumes removes volumes that no container has, and says which.
func (e *engine) pruneVolumes(c *cobra.Command, all bool, filters []string) error {
	list, err := e.volumes(append(filters, "dangling=true"))
	if err != nil {
		return err
	}
	var freed int64
	gone := map[string]bool{}
	for _, v := range list {
		if !all && !v.Nameless() {
			continue
		}
		size, err := v.Size()
		if err != nil {
			return err
		}
		err = e.store.RemoveVolume(c.Context(), v.Name)
		if errors.Is(err, state.ErrUsed) || errors.Is(err, volume.ErrNone) {
			continue // a container has taken it meanwhile, or somebody was faster
		}
		if err != nil {
			return err
		}
		freed += size
		gone[v.Name] = true
	}
	if len(gone) > 0 {
		fmt.Fprintln(c.OutOrStdout(), "Deleted Volumes:")
		for _, name := range slices.Sorted(maps.Keys(gone)) {
			fmt.Fprintln(c.OutOrStdout(), name)
		}
		fmt.Fprintln(c.OutOrStdout())
	}
	fmt.Fprintln(c.OutOrStdout(), "Total reclaimed space:", humanSize(freed))
	return nil
}
