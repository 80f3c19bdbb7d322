package container

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/capability"
	"byhand/lab/seccomp"
)

// Caps are the capabilities that the container's root has.
func (s Security) Caps() (kernel.Capabilities, error) {
	set := capability.Default()
	if s.Privileged {
		set = capability.All()
	}
	return capability.Choose(set, s.CapAdd, s.CapDrop)
}

// Filter is the container's filter of system calls, or empty for none.
func (s Security) Filter(caps kernel.Capabilities) ([]unix.SockFilter, error) {
	if s.Seccomp == "unconfined" || s.Privileged && s.Seccomp == "" {
		return nil, nil
	}
	profile, err := seccomp.Default()
	if s.Seccomp != "" && s.Seccomp != "builtin" {
		profile, err = seccomp.Parse([]byte(s.Seccomp))
	}
	if err != nil {
		return nil, err
	}
	return profile.Compile(caps)
}

// Option takes in one value of --security-opt; read reads a profile's file.
func (s *Security) Option(text string, read func(path string) ([]byte, error)) error {
	key, value, found := strings.Cut(text, "=")
	if !found {
		key, value, found = strings.Cut(text, ":") // as Docker did at first
	}
	switch {
	case key == "no-new-privileges":
		s.NoNewPrivileges = !found || value == "true"
		return nil
	case !found:
		return fmt.Errorf("invalid --security-opt: %q", text)
	case key == "seccomp" && (value == "unconfined" || value == "builtin"):
		s.Seccomp = value
		return nil
	case key == "seccomp":
		profile, err := read(value)
		if err != nil {
			return fmt.Errorf("opening seccomp profile (%s) failed: %w", value, err)
		}
		s.Seccomp = string(profile)
		_, err = seccomp.Parse(profile)
		return err
	case key == "apparmor" && value == "unconfined", key == "label", key == "systempaths" && value == "unconfined":
		return fmt.Errorf("--security-opt %s is not supported", key)
	}
	return fmt.Errorf("invalid --security-opt: %q", text)
}
