// Package options turns what people write behind `run` and `create`, in
// Docker's notation and with Docker's complaints, into a container's Config.
package options

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"byhand/lab/container"
	"byhand/lab/idmap"
	"byhand/lab/mount"
	"byhand/lab/state"
	"byhand/lab/words"
)

// Options are the flags' values, as they were written.
type Options struct {
	Interactive, TTY, Detach, Remove, Init, Privileged, ReadOnly, PublishAll bool

	Name, Rootfs, Workdir, User, Hostname, Network, Restart, StopSignal, CIDFile string

	// Entrypoint is nil where the flag was not given; empty takes away the image's.
	Entrypoint *string

	Env, EnvFile, Label, LabelFile, Volume, Mount, Tmpfs, Publish, Expose, AddHost, DNS []string

	CapAdd, CapDrop, SecurityOpt, Ulimit, Device []string

	ShmSize string
	// StopTimeout is negative where the flag was not given.
	StopTimeout int
	// Limits are those that update can change too.
	Limits Limits
}

// Config makes the configuration of a container from an image, the options and
// the words behind the image's name.
func (o Options) Config(image container.Image, args []string) (container.Config, error) {
	d := image.Defaults
	c := container.Config{
		ID: state.NewID(), Created: time.Now().UTC(), Image: image.Name, ImageID: image.ID, Lower: image.Lower,
		WorkingDir: first(o.Workdir, d.WorkingDir), User: first(o.User, d.User),
		StopSignal: first(o.StopSignal, d.StopSignal), TTY: o.TTY, OpenStdin: o.Interactive,
		StdinOnce: o.Interactive && !o.Detach, Init: o.Init, AutoRemove: o.Remove, ReadOnly: o.ReadOnly,
		Network: o.Network, Ports: o.Publish, PublishAll: o.PublishAll, Exposed: append(d.Exposed, o.Expose...),
		Hosts: o.AddHost, DNS: o.DNS, Rootless: idmap.Inside(),
	}
	c.Hostname = first(o.Hostname, c.ID[:12])
	if o.StopTimeout >= 0 {
		c.StopTimeout = &o.StopTimeout
	}
	o.program(&c, d, args)
	for _, read := range []func(*container.Config, container.Defaults) error{
		o.check, o.rootless, o.network, o.environment, o.labels, o.restart, o.mounts, o.security, o.resources,
	} {
		if err := read(&c, d); err != nil {
			return c, err
		}
	}
	return c, nil
}

// check refuses what no container can be.
func (o Options) check(c *container.Config, _ container.Defaults) error {
	if len(c.Argv()) == 0 || c.Argv()[0] == "" {
		return words.Error("No command specified")
	}
	if o.Name != "" {
		if err := state.CheckName(o.Name); err != nil {
			return err
		}
	}
	if c.WorkingDir != "" && !strings.HasPrefix(c.WorkingDir, "/") {
		return fmt.Errorf("the working directory '%s' is invalid, it needs to be an absolute path", c.WorkingDir)
	}
	if c.StopSignal != "" {
		if _, err := Signal(c.StopSignal); err != nil {
			return err
		}
	}
	return nil
}

// program says what runs: an entrypoint given takes the place of the image's,
// and of its arguments too; arguments given take the place of the image's.
func (o Options) program(c *container.Config, d container.Defaults, args []string) {
	c.Entrypoint, c.Cmd = d.Entrypoint, d.Cmd
	if o.Entrypoint != nil {
		c.Entrypoint, c.Cmd = nil, nil
		if *o.Entrypoint != "" {
			c.Entrypoint = []string{*o.Entrypoint}
		}
	}
	if len(args) > 0 {
		c.Cmd = args
	}
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// restart reads --restart.
func (o Options) restart(c *container.Config, _ container.Defaults) error {
	policy, most, hasMost := strings.Cut(o.Restart, ":")
	switch policy {
	case "", "no":
		return nil
	case "always", "unless-stopped":
		if hasMost {
			return fmt.Errorf("invalid restart policy: maximum retry count can only be used with 'on-failure'")
		}
	case "on-failure":
		if hasMost {
			if _, err := fmt.Sscanf(most, "%d", &c.Restart.Most); err != nil || c.Restart.Most < 0 {
				return fmt.Errorf("invalid restart policy format: maximum retry count must be an integer")
			}
		}
	default:
		return fmt.Errorf("invalid restart policy: unknown policy '%s'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'", policy)
	}
	c.Restart.Policy = policy
	if o.Remove {
		return words.Errorf("Conflicting options: --restart and --rm")
	}
	return nil
}

// mounts reads -v, --mount and --tmpfs, and adds the image's volumes.
func (o Options) mounts(c *container.Config, d container.Defaults) error {
	for _, group := range []struct {
		flag  string
		texts []string
		parse func(string) (mount.Spec, error)
	}{{"-v", o.Volume, mount.ParseVolume}, {"--mount", o.Mount, mount.ParseMount}, {"--tmpfs", o.Tmpfs, parseTmpfs}} {
		for _, text := range group.texts {
			spec, err := group.parse(text)
			if err != nil {
				return fmt.Errorf("invalid argument %q for %q flag: %w", text, group.flag, err)
			}
			if err := spec.EnsureSource(); err != nil {
				return err
			}
			for _, other := range c.Mounts {
				if other.Target == spec.Target {
					return words.Errorf("Duplicate mount point: %s", spec.Target)
				}
			}
			c.Mounts = append(c.Mounts, spec)
		}
	}
	for _, target := range d.Volumes {
		spec := mount.Spec{Type: mount.TypeVolume, Target: path.Clean(target)}
		if err := spec.Validate(); err != nil {
			return fmt.Errorf("the image's volume %s: %w", target, err)
		}
		if !slices.ContainsFunc(c.Mounts, func(m mount.Spec) bool { return m.Target == spec.Target }) {
			c.Mounts = append(c.Mounts, spec)
		}
	}
	// What is mounted at /data must not cover what is mounted at /data/logs.
	slices.SortStableFunc(c.Mounts, func(a, b mount.Spec) int {
		return strings.Count(a.Target, "/") - strings.Count(b.Target, "/")
	})
	return nil
}

// parseTmpfs reads --tmpfs: TARGET[:OPTIONS].
func parseTmpfs(text string) (mount.Spec, error) {
	target, list, _ := strings.Cut(text, ":")
	s := mount.Spec{Type: mount.TypeTmpfs, Target: target}
	for option := range strings.SplitSeq(list, ",") {
		key, value, _ := strings.Cut(option, "=")
		switch key {
		case "", "rw", "noexec", "nosuid", "nodev": // as always
		case "ro":
			s.ReadOnly = true
		case "size":
			size, ok := mount.ParseSize(value)
			if !ok {
				return s, fmt.Errorf("invalid size: '%s'", value)
			}
			s.Tmpfs.Size = size
		case "mode":
			if _, err := fmt.Sscanf(value, "%o", &s.Tmpfs.Mode); err != nil {
				return s, fmt.Errorf("invalid mode: '%s'", value)
			}
		default:
			return s, fmt.Errorf("invalid tmpfs option [%q]", option)
		}
	}
	return s, s.Validate()
}

// Signal reads a signal's name, with or without SIG, or its number.
func Signal(text string) (unix.Signal, error) {
	name := strings.ToUpper(text)
	var number int
	if n, _ := fmt.Sscanf(name, "%d", &number); n == 1 && fmt.Sprint(number) == name && number > 0 && number <= 64 {
		return unix.Signal(number), nil
	}
	if !strings.HasPrefix(name, "SIG") {
		name = "SIG" + name
	}
	if s := unix.SignalNum(name); s != 0 {
		return s, nil
	}
	return 0, fmt.Errorf("invalid signal: %s", text)
}
