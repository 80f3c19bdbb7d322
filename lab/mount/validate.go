package mount

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
)

// Validate refuses what could not be mounted whatever the machine holds, in
// the words of Docker's daemon.
func (s Spec) Validate() error {
	if err := s.config(); err != nil {
		return fmt.Errorf("invalid mount config for type %q: %w", s.Type, err)
	}
	if s.Type == TypeVolume && s.Source != "" {
		return CheckVolumeName(s.Source)
	}
	return nil
}

// config checks the fields, in the daemon's order.
func (s Spec) config() error {
	switch {
	case s.Target == "":
		return missing("Target")
	case path.Clean(s.Target) == "/":
		return errors.New("invalid specification: destination can't be '/'")
	}
	if err := mustBeAbsolute(s.Target); err != nil {
		return err
	}
	switch s.Type {
	case TypeBind:
		return s.bindConfig()
	case TypeVolume:
		return s.volumeConfig()
	case TypeTmpfs:
		return s.tmpfsConfig()
	case TypeNamedPipe:
		return errors.New("mount type unknown: named pipes of this kind are Windows's only")
	}
	return errors.New("mount type unknown")
}

func (s Spec) bindConfig() error {
	switch p := s.Bind.Propagation; {
	case s.Source == "":
		return missing("Source")
	case p != "" && p.flags() == 0 || p == Unbindable || p == RUnbindable:
		return fmt.Errorf("invalid propagation mode: %s", p)
	case !s.Volume.IsZero():
		return extra("VolumeOptions")
	case s.Tmpfs != TmpfsOptions{}:
		return extra("TmpfsOptions")
	case s.Bind.WritableBelow && s.Bind.ReadOnlyBelow:
		return errors.New("mount options conflict: ReadOnlyNonRecursive && BindOptions.ReadOnlyForceRecursive")
	}
	return mustBeAbsolute(s.Source)
}

func (s Spec) volumeConfig() error {
	switch {
	case s.Bind != BindOptions{}:
		return extra("BindOptions")
	case s.Tmpfs != TmpfsOptions{}:
		return extra("TmpfsOptions")
	case s.Volume.Subpath != "" && s.Source == "":
		return errors.New("must not set Subpath when using anonymous volumes")
	case s.Volume.Subpath != "" && !filepath.IsLocal(s.Volume.Subpath):
		return errors.New("subpath must be a relative path within the volume")
	case s.ReadOnly && s.Source == "":
		return errors.New("must not set ReadOnly mode when using anonymous volumes")
	}
	return nil
}

func (s Spec) tmpfsConfig() error {
	switch {
	case s.Bind != BindOptions{}:
		return extra("BindOptions")
	case !s.Volume.IsZero():
		return extra("VolumeOptions")
	case s.Source != "":
		return extra("Source")
	}
	return nil
}

func missing(field string) error { return fmt.Errorf("field %s must not be empty", field) }

func extra(field string) error { return fmt.Errorf("field %s must not be specified", field) }

func mustBeAbsolute(name string) error {
	if !path.IsAbs(name) {
		return fmt.Errorf("invalid mount path: '%s' mount path must be absolute", name)
	}
	return nil
}

// nameChars is what a volume's name is made of: it becomes a directory's.
const nameChars = `[a-zA-Z0-9][a-zA-Z0-9_.-]`

// CheckVolumeName refuses what can't be a volume's name. A relative path given to
// -v ends up here.
func CheckVolumeName(name string) error {
	if len(name) == 1 {
		return fmt.Errorf("create %s: volume name is too short, names should be at least two alphanumeric characters", name)
	}
	if !regexp.MustCompile(`^` + nameChars + `+$`).MatchString(name) {
		return fmt.Errorf("create %s: %q includes invalid characters for a local volume name, only %q are allowed."+
			" If you intended to pass a host directory, use absolute path", name, name, nameChars)
	}
	return nil
}

// clean shortens the paths of a valid Spec: no "//", no "..", no slash behind.
func (s Spec) clean() Spec {
	s.Target = path.Clean(s.Target)
	if s.Type == TypeBind {
		s.Source = path.Clean(s.Source)
	}
	return s
}
