package main

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"byhand/internal/kernel"
	"byhand/lab/cgroup"
)

func newLabInfo() *cobra.Command {
	return &cobra.Command{
		Use: "info", Short: "describe the engine and the machine", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			list, err := e.store.List()
			if err != nil {
				return err
			}
			count := map[string]int{}
			for _, l := range list {
				count[l.Status.Word]++
			}
			images, err := openImages(c.Context())
			if err != nil {
				return err
			}
			stored, err := images.Images()
			if err != nil {
				return err
			}
			release, err := kernel.Release()
			if err != nil {
				return err
			}
			w := c.OutOrStdout()
			fmt.Fprintf(w, "Containers: %d\n Running: %d\n Paused: %d\n Stopped: %d\n", len(list),
				count["running"], count["paused"], len(list)-count["running"]-count["paused"])
			fmt.Fprintf(w, "Images: %d\nServer Version: %s\nStorage Driver: overlay\nCgroup Driver: cgroupfs\n", len(stored), version)
			fmt.Fprintf(w, "Cgroups: %s\n", strings.Join(controllersFound(), ", "))
			fmt.Fprintf(w, "Kernel Version: %s\nOSType: linux\nArchitecture: %s\nCPUs: %d\nRoot Dir: %s\n", release, runtime.GOARCH, runtime.NumCPU(), e.store.Dir)
			return nil
		},
	}
}

// controllersFound names the cgroup controllers that containers can have here,
// and the version of each.
func controllersFound() []string {
	var found []string
	for _, name := range []cgroup.Controller{cgroup.CPU, cgroup.CPUAcct, cgroup.Memory, cgroup.PIDs, cgroup.BlkIO, cgroup.Freezer, cgroup.Devices} {
		if place, err := cgroup.Locate(name); err == nil {
			found = append(found, fmt.Sprintf("%s v%d", name, place.Version))
		}
	}
	return found
}
