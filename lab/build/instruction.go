package build

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// do does one instruction.
func (s *stage) do(ctx context.Context, c instructions.Command) error {
	if e, ok := c.(instructions.SupportsSingleWordExpansion); ok {
		if _, isRun := c.(*instructions.RunCommand); !isRun { // there the shell inside does it
			if err := e.Expand(s.b.expander(s.env())); err != nil {
				return err
			}
		}
	}
	s.depend(fmt.Sprint(c))
	switch c := c.(type) {
	case *instructions.RunCommand:
		return s.run(ctx, c)
	case *instructions.CopyCommand:
		return s.copy(ctx, c)
	case *instructions.AddCommand:
		return s.addFiles(ctx, c)
	case *instructions.WorkdirCommand:
		return s.workdir(ctx, c)
	case *instructions.ArgCommand:
		for _, a := range c.Args {
			if value, ok := s.b.argument(a, s.b.global); ok {
				s.args = set(s.args, a.Key, value)
				s.depend("arg", a.Key, value)
			}
		}
		return nil
	}
	if err := s.configure(c); err != nil {
		return err
	}
	s.history(stringer{c}, true)
	return nil
}

// stringer is an instruction as the Dockerfile has it.
type stringer struct{ c instructions.Command }

func (s stringer) String() string { return fmt.Sprint(s.c) }

// configure does an instruction that changes the image's configuration only.
func (s *stage) configure(c instructions.Command) error {
	config := &s.config.Config
	switch c := c.(type) {
	case *instructions.EnvCommand:
		for _, e := range c.Env {
			config.Env = set(config.Env, e.Key, e.Value)
		}
	case *instructions.LabelCommand:
		if config.Labels == nil {
			config.Labels = map[string]string{}
		}
		for _, l := range c.Labels {
			config.Labels[l.Key] = l.Value
		}
	case *instructions.CmdCommand:
		config.Cmd, s.cmdSet = s.line(c.ShellDependantCmdLine), true
	case *instructions.EntrypointCommand:
		config.Entrypoint = s.line(c.ShellDependantCmdLine)
		if !s.cmdSet { // the base image's are arguments for the base image's
			config.Cmd = nil
		}
	case *instructions.UserCommand:
		config.User = c.User
	case *instructions.ShellCommand:
		config.Shell = c.Shell
	case *instructions.StopSignalCommand:
		config.StopSignal = c.Signal
	case *instructions.MaintainerCommand:
		s.config.Author = c.Maintainer
	case *instructions.OnbuildCommand:
		config.OnBuild = append(config.OnBuild, c.Expression)
	case *instructions.VolumeCommand:
		for _, v := range c.Volumes {
			config.Volumes = with(config.Volumes, v)
		}
	case *instructions.ExposeCommand:
		return s.expose(c.Ports)
	case *instructions.HealthCheckCommand:
		h := c.Health
		config.Healthcheck = &v1.HealthConfig{Test: h.Test, Interval: h.Interval, Timeout: h.Timeout, StartPeriod: h.StartPeriod, Retries: h.Retries}
	default:
		return fmt.Errorf("the instruction %s is not known here", c.Name())
	}
	return nil
}

// line is a command line with its shell, where it needs one.
func (s *stage) line(l instructions.ShellDependantCmdLine) []string {
	if !l.PrependShell {
		return l.CmdLine
	}
	shell := s.config.Config.Shell
	if len(shell) == 0 {
		shell = []string{"/bin/sh", "-c"}
	}
	return append(slices.Clone(shell), l.CmdLine...)
}

// expose notes ports; one without a protocol is TCP's.
func (s *stage) expose(ports []string) error {
	for _, word := range ports {
		word, err := s.b.expander(s.env())(word)
		if err != nil {
			return err
		}
		for _, port := range strings.Fields(word) {
			if !strings.Contains(port, "/") {
				port += "/tcp"
			}
			s.config.Config.ExposedPorts = with(s.config.Config.ExposedPorts, port)
		}
	}
	return nil
}

func with(m map[string]struct{}, key string) map[string]struct{} {
	if m == nil {
		m = map[string]struct{}{}
	}
	m[key] = struct{}{}
	return m
}

// workdir sets the working directory, and makes it if the image has none.
func (s *stage) workdir(ctx context.Context, c *instructions.WorkdirCommand) error {
	dir := c.Path
	if !path.IsAbs(dir) {
		dir = path.Join("/", s.config.Config.WorkingDir, dir)
	}
	s.config.Config.WorkingDir = path.Clean(dir)
	lower, err := s.root(ctx)
	if err != nil {
		return err
	}
	if isImageDir(lower, s.config.Config.WorkingDir) {
		s.history(stringer{c}, true)
		return nil
	}
	l, err := s.b.Store.PutLayer(func(w ioWriter) error {
		return writeFiles(w, []source{{name: strings.TrimPrefix(s.config.Config.WorkingDir, "/"), dir: true, mode: 0o755}})
	})
	if err != nil {
		return err
	}
	s.add(stringer{c}, l)
	return nil
}
