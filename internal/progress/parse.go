package progress

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// version is the form of the file that this package writes.
const version = 1

// unfit says why a file's content can't be used, as opposed to not be read.
type unfit struct {
	// label goes into the name under which the file is set aside.
	label string
	// reason completes the sentence "progress.json ...".
	reason string
}

// Error gives the reason.
func (u *unfit) Error() string { return u.reason }

// damaged makes an unfit that is nobody's intention.
func damaged(reason error) *unfit {
	return &unfit{label: "damaged", reason: "is damaged: " + reason.Error()}
}

// parse reads the content of the file. Its errors are all *unfit.
func parse(data []byte) (*State, error) {
	if err := checkText(data); err != nil {
		return nil, damaged(err)
	}
	members, err := object(data)
	if err != nil {
		return nil, damaged(err)
	}
	if err := checkVersion(members); err != nil {
		return nil, err
	}
	s := newState()
	s.members = members
	if raw, ok := members["lessons"]; ok {
		if s.lessons, err = parseLessons(raw); err != nil {
			return nil, damaged(fmt.Errorf("lessons: %w", err))
		}
	}
	return s, nil
}

// checkText tells what is wrong with data that is not JSON at all.
func checkText(data []byte) error {
	switch {
	case len(data) == 0:
		return errors.New("it is empty")
	// Filesystems that write a file's size before its blocks, such as XFS,
	// leave zeros where a machine lost power.
	case bytes.IndexByte(data, 0) >= 0:
		return errors.New("it holds NUL bytes, as a crash can leave")
	// encoding/json replaces what is not UTF-8, so that two names could become one.
	case !utf8.Valid(data):
		return errors.New("it is not UTF-8")
	}
	var whole json.RawMessage
	return json.Unmarshal(data, &whole)
}

// checkVersion accepts the file forms that this package can read.
func checkVersion(members map[string]json.RawMessage) error {
	raw, ok := members["version"]
	if !ok {
		return damaged(errors.New("it has no version"))
	}
	var v int
	if err := json.Unmarshal(raw, &v); err != nil {
		return damaged(fmt.Errorf("version: %w", err))
	}
	switch {
	case v < 1:
		return damaged(fmt.Errorf("there is no version %d", v))
	case v > version:
		return &unfit{
			label:  fmt.Sprintf("version-%d", v),
			reason: fmt.Sprintf("was written by a newer byhand: it has version %d, and this one reads version %d", v, version),
		}
	}
	return nil
}

// parseLessons reads the records, each with all of its members.
func parseLessons(raw json.RawMessage) (map[string]entry, error) {
	byName, err := object(raw)
	if err != nil {
		return nil, err
	}
	lessons := make(map[string]entry, len(byName))
	for name, raw := range byName {
		members, err := object(raw)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", name, err)
		}
		record, err := decodeRecord(members)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", name, err)
		}
		lessons[name] = entry{record, members}
	}
	return lessons, nil
}

// format writes the file's content, with every member that was read.
func (s *State) format() ([]byte, error) {
	lessons := make(map[string]map[string]json.RawMessage, len(s.lessons))
	for name, e := range s.lessons {
		lessons[name] = e.members
	}
	raw, err := encode(lessons)
	if err != nil {
		return nil, fmt.Errorf("encode lessons: %w", err)
	}
	top := make(map[string]json.RawMessage, len(s.members)+2)
	for name, value := range s.members {
		top[name] = value
	}
	top["version"] = json.RawMessage(fmt.Sprint(version))
	top["lessons"] = raw
	data, err := encode(top)
	if err != nil {
		return nil, fmt.Errorf("encode progress: %w", err)
	}
	var b bytes.Buffer
	// Indented, it can be read and compared line by line.
	if err := json.Indent(&b, data, "", "  "); err != nil {
		return nil, fmt.Errorf("indent progress: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
