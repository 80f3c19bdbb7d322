package oci

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// Version is the specification's that is spoken here.
func Version() string { return specs.Version }

// Load reads the config.json of a bundle and checks what must be known before
// anything is made.
func Load(bundle string) (*specs.Spec, error) {
	path := filepath.Join(bundle, "config.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the bundle's configuration: %w", err)
	}
	spec := &specs.Spec{}
	if err := json.Unmarshal(text, spec); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if err := validate(spec, bundle); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return spec, nil
}

// validate refuses what can't be made, and makes the root's path absolute.
func validate(spec *specs.Spec, bundle string) error {
	var major int
	if _, err := fmt.Sscanf(spec.Version, "%d.", &major); err != nil || major != 1 {
		return fmt.Errorf("ociVersion %q: want 1.x.y", spec.Version)
	}
	if spec.Linux == nil {
		spec.Linux = &specs.Linux{}
	}
	if spec.Root == nil || spec.Root.Path == "" {
		return errors.New("root.path is missing")
	}
	if !filepath.IsAbs(spec.Root.Path) {
		spec.Root.Path = filepath.Join(bundle, spec.Root.Path)
	}
	root, err := filepath.EvalSymlinks(spec.Root.Path)
	if err != nil {
		return fmt.Errorf("root.path: %w", err)
	}
	spec.Root.Path = root
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return fmt.Errorf("root.path %s: not a directory", root)
	}
	if _, found := namespaceOf(spec, specs.MountNamespace); !found {
		return errors.New("linux.namespaces: a mount namespace is needed, or the mounts would be the machine's")
	}
	for i, n := range spec.Linux.Namespaces {
		if slices.ContainsFunc(spec.Linux.Namespaces[:i], func(o specs.LinuxNamespace) bool { return o.Type == n.Type }) {
			return fmt.Errorf("linux.namespaces: %s is there twice", n.Type)
		}
		if _, known := cloneFlags[n.Type]; !known {
			return fmt.Errorf("linux.namespaces: unknown type %q", n.Type)
		}
	}
	return validateProcess(spec.Process)
}

// validateProcess checks the program; a container that is only created may do
// without.
func validateProcess(p *specs.Process) error {
	switch {
	case p == nil:
		return nil
	case len(p.Args) == 0:
		return errors.New("process.args is empty")
	case !filepath.IsAbs(p.Cwd):
		return fmt.Errorf("process.cwd %q: want an absolute path", p.Cwd)
	}
	for i, l := range p.Rlimits {
		if _, known := rlimits[l.Type]; !known {
			return fmt.Errorf("process.rlimits: unknown type %q", l.Type)
		}
		if slices.ContainsFunc(p.Rlimits[:i], func(o specs.POSIXRlimit) bool { return o.Type == l.Type }) {
			return fmt.Errorf("process.rlimits: %s is there twice", l.Type)
		}
	}
	_, err := capabilities(p.Capabilities)
	return err
}

// namespaceOf returns what the configuration says of one kind of namespace.
func namespaceOf(spec *specs.Spec, kind specs.LinuxNamespaceType) (specs.LinuxNamespace, bool) {
	i := slices.IndexFunc(spec.Linux.Namespaces, func(n specs.LinuxNamespace) bool { return n.Type == kind })
	if i < 0 {
		return specs.LinuxNamespace{}, false
	}
	return spec.Linux.Namespaces[i], true
}
