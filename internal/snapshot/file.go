package snapshot

import (
	"encoding/json"
	"fmt"
	"io"
)

// Write writes a snapshot down as JSON.
func (s Snapshot) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(s)
}

// Read reads what Write wrote.
func Read(r io.Reader) (Snapshot, error) {
	var s Snapshot
	if err := json.NewDecoder(r).Decode(&s); err != nil {
		return s, fmt.Errorf("it is no snapshot: %w", err)
	}
	if s.Version != form {
		return s, fmt.Errorf("it is a snapshot of version %d; this byhand reads %d", s.Version, form)
	}
	return s, nil
}
