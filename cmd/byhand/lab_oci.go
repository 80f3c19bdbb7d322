package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"byhand/lab/oci"
)

// ociName is the name that makes byhand an OCI runtime: engines want a path to
// one program without arguments, which a symbolic link gives them.
const ociName = "byhand-oci"

// arguments are those of a command line; under the runtime's name they are the
// runtime's.
func arguments(argv []string) []string {
	if filepath.Base(argv[0]) == ociName {
		return append([]string{"lab", "oci"}, argv[1:]...)
	}
	return argv[1:]
}

// ociOptions are the flags of every command of lab oci, with runc's names.
type ociOptions struct{ root, log, format string }

// newLabOCI is the command line of an OCI runtime.
func newLabOCI() *cobra.Command {
	var o ociOptions
	c := &cobra.Command{
		Use: "oci COMMAND", Short: "an OCI runtime, for engines such as Podman and containerd", Args: known,
		Long: "An OCI runtime with runc's commands: it makes a container from a bundle, a\n" +
			"directory with a root and a config.json. An engine finds it under the name\n" +
			ociName + ":\n\n" +
			"    ln -s \"$(command -v byhand)\" /usr/local/bin/" + ociName + "\n" +
			"    podman --runtime /usr/local/bin/" + ociName + " --cgroup-manager=cgroupfs run IMAGE",
		Version: "0.1\nspec: " + oci.Version(),
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	f := c.PersistentFlags()
	f.StringVar(&o.root, "root", "/run/byhand-oci", "where containers are remembered; a tmpfs, for they end with the machine")
	f.StringVar(&o.log, "log", "", "a file for errors, besides standard error")
	f.StringVar(&o.format, "log-format", "text", "text or json")
	f.Bool("debug", false, "accepted for engines that say so")
	f.Bool("systemd-cgroup", false, "refused where a bundle's cgroupsPath is systemd's")
	f.String("rootless", "auto", "accepted for engines that say so")
	c.SetVersionTemplate(ociName + " version {{.Version}}\n")
	for _, sub := range []*cobra.Command{
		newOCICreate(&o), newOCIStart(&o), newOCIRun(&o), newOCIExec(&o), newOCIState(&o), newOCIKill(&o),
		newOCIDelete(&o), newOCIPause(&o), newOCIResume(&o), newOCIPs(&o), newOCIList(&o), newOCISpec(),
	} {
		sub.RunE = o.logged(sub.RunE)
		c.AddCommand(sub)
	}
	return c
}

// logged writes a command's error to the log too, where engines read it.
func (o *ociOptions) logged(run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		err := run(c, args)
		if said := (*exit)(nil); err == nil || o.log == "" || errors.As(err, &said) && said.err == nil {
			return err
		}
		f, openErr := os.OpenFile(o.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if openErr != nil {
			return errors.Join(err, fmt.Errorf("--log: %w", openErr))
		}
		defer f.Close()
		now := time.Now().Format(time.RFC3339)
		if o.format == "json" {
			_ = json.NewEncoder(f).Encode(map[string]string{"level": "error", "msg": err.Error(), "time": now})
		} else {
			fmt.Fprintf(f, "time=%q level=error msg=%q\n", now, err)
		}
		return err
	}
}

func (o *ociOptions) store() oci.Store { return oci.Store{Dir: o.root} }

// one is a command about one container, which it finds.
func (o *ociOptions) one(do func(*cobra.Command, *oci.Container, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		found, err := o.store().Find(args[0])
		if err != nil {
			return err
		}
		return do(c, found, args[1:])
	}
}
