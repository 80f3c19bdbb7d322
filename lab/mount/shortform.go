package mount

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
)

// ParseVolume reads the value of Docker's -v: [SOURCE:]TARGET[:OPTIONS]. A
// source that is a path makes it a bind mount, and a missing one will be made;
// any other source is a volume's name. The options, between commas, are ro or
// rw, z or Z, nocopy, and a mode of propagation.
//
// Errors are as with ParseMount.
func ParseVolume(text string) (Spec, error) {
	if err := sections(text); err != nil {
		return Spec{}, err
	}
	invalid := fmt.Errorf("invalid volume specification: '%s'", text)
	part := strings.Split(text, ":")
	s := Spec{Type: TypeVolume}
	var mode string
	switch {
	case part[0] == "" || len(part) > 3, len(part) == 2 && modes(part[1]):
		// The second would be a target and its options, which Docker has not.
		return Spec{}, invalid
	case len(part) == 1:
		s.Target = part[0]
	case len(part) == 3:
		mode = part[2]
		fallthrough
	default:
		s.Source, s.Target = absolute(part[0]), part[1]
	}
	if !modes(mode) {
		return Spec{}, fmt.Errorf("invalid mode: %s", mode)
	}
	if path.IsAbs(s.Source) {
		s.Type = TypeBind
	}
	s.setModes(mode)
	if err := s.config(); err != nil {
		return Spec{}, fmt.Errorf("%w: invalid mount config for type %q: %w", invalid, s.Type, err)
	}
	s.Bind.CreateSource = s.Type == TypeBind
	if err := s.Validate(); err != nil {
		return Spec{}, err
	}
	return s.clean(), nil
}

// modeKinds are the options of -v. Of each kind there may be one.
var modeKinds = [...][]string{
	{"ro", "rw"},
	{"z", "Z"},
	{"nocopy"},
	{"private", "rprivate", "slave", "rslave", "shared", "rshared"},
	{"consistent", "cached", "delegated"},
}

// modes reports whether text is what may stand behind the last colon.
func modes(text string) bool {
	if text == "" {
		return true
	}
	var seen [len(modeKinds)]bool
	for mode := range strings.SplitSeq(text, ",") {
		kind := slices.IndexFunc(modeKinds[:], func(names []string) bool { return slices.Contains(names, mode) })
		if kind < 0 || seen[kind] {
			return false
		}
		seen[kind] = true
	}
	return true
}

// setModes takes in options that are known to be valid.
func (s *Spec) setModes(text string) {
	for mode := range strings.SplitSeq(text, ",") {
		switch mode {
		case "", "rw":
		case "ro":
			s.ReadOnly = true
		case "z", "Z":
			s.Label = mode
		case "nocopy":
			s.Volume.NoCopy = true
		case "consistent", "cached", "delegated":
			s.Consistency = mode
		default:
			s.Bind.Propagation = Propagation(mode)
		}
	}
}

// sections checks what lies between the colons as Docker's command does before
// it asks its daemon. A single letter and a colon are a drive of Windows's,
// whatever the system.
func sections(text string) error {
	if text == "" {
		return errors.New("invalid empty volume spec")
	}
	if len(text) <= 2 {
		return nil
	}
	empty := fmt.Errorf("invalid spec: %s: empty section between colons", text)
	ended, section := 0, []rune{}
	for _, char := range text {
		switch {
		case char != ':' || len(section) == 1 && unicode.IsLetter(section[0]):
			section = append(section, char)
			continue
		case len(section) == 0:
			return empty
		case ended == 2:
			return fmt.Errorf("invalid spec: %s: too many colons", text)
		}
		ended++
		section = section[:0]
	}
	if len(section) == 0 {
		return empty
	}
	return nil
}
