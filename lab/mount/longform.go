package mount

import (
	"encoding/csv"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// ParseMount reads the value of Docker's --mount: fields of a CSV line, each
// "key=value", such as `type=bind,source=/srv,target=/data,readonly`. A source
// that begins with a dot is relative to the working directory.
//
// The errors are those of Docker 20.10 to 28, the command's first and then the
// daemon's, word for word, since scripts look for them. That a bind mount's
// source exists is for EnsureSource to see.
func ParseMount(text string) (Spec, error) {
	fields, err := csv.NewReader(strings.NewReader(text)).Read()
	if err != nil {
		return Spec{}, err // already in Docker's words, which are encoding/csv's
	}
	l := longForm{spec: Spec{Type: TypeVolume}, used: map[string]bool{}}
	for _, field := range fields {
		if err := l.field(field); err != nil {
			return Spec{}, err
		}
	}
	if err := l.check(); err != nil {
		return Spec{}, err
	}
	if err := l.spec.Validate(); err != nil {
		return Spec{}, err
	}
	return l.spec.clean(), nil
}

// longForm is a --mount that is being read.
type longForm struct {
	spec Spec
	// used are the types that had an option of their own, if only to unset it.
	used map[string]bool
}

// field takes in one "key=value".
func (l *longForm) field(field string) error {
	key, value, hasValue := strings.Cut(field, "=")
	key = strings.ToLower(key)
	if !hasValue {
		switch key {
		case "readonly", "ro", "volume-nocopy", "bind-nonrecursive", "bind-create-src":
			value = "true"
		default:
			return fmt.Errorf("invalid field '%s' must be a key=value pair", field)
		}
	}
	owner, _, _ := strings.Cut(key, "-")
	var known bool
	var err error
	switch owner {
	case "bind":
		known, err = l.bind(key, value)
	case "volume":
		known, err = l.volume(key, value)
	case "tmpfs":
		known, err = l.tmpfs(key, value)
	default:
		return l.common(key, value, field)
	}
	if !known {
		return fmt.Errorf("unexpected key '%s' in '%s'", key, field)
	}
	l.used[owner] = true
	return err
}

// common takes in what every type may have.
func (l *longForm) common(key, value, field string) error {
	s := &l.spec
	switch key {
	case "type":
		s.Type = Type(strings.ToLower(value))
	case "source", "src":
		s.Source = absolute(value)
	case "target", "dst", "destination":
		s.Target = value
	case "readonly", "ro":
		return boolean(&s.ReadOnly, key, value)
	case "consistency":
		s.Consistency = strings.ToLower(value)
	default:
		return fmt.Errorf("unexpected key '%s' in '%s'", key, field)
	}
	return nil
}

// check compares the options with the type and with each other.
func (l *longForm) check() error {
	s := l.spec
	switch {
	case s.Type == "":
		return errors.New("type is required")
	case s.Target == "":
		return errors.New("target is required")
	}
	for _, owner := range []Type{TypeVolume, TypeBind, TypeTmpfs} {
		if l.used[string(owner)] && s.Type != owner {
			return fmt.Errorf("cannot mix '%s-*' options with mount type '%s'", owner, s.Type)
		}
	}
	switch b := s.Bind; {
	case b.WritableBelow && !s.ReadOnly:
		return errors.New("option 'bind-recursive=writable' requires 'readonly' to be specified in conjunction")
	case b.ReadOnlyBelow && !s.ReadOnly:
		return errors.New("option 'bind-recursive=readonly' requires 'readonly' to be specified in conjunction")
	case b.ReadOnlyBelow && b.Propagation != RPrivate:
		return errors.New("option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction")
	}
	return nil
}

// absolute makes a source that begins with a dot a path from the root.
func absolute(source string) string {
	if strings.HasPrefix(source, ".") {
		// It fails only where the working directory was deleted; then the
		// relative path is refused for what it is.
		if path, err := filepath.Abs(source); err == nil {
			return path
		}
	}
	return source
}

func boolean(b *bool, key, value string) (err error) {
	if *b, err = strconv.ParseBool(value); err != nil {
		return fmt.Errorf("invalid value for %s: %s", key, value)
	}
	return nil
}
