package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// most is how large a report may be; a whole course's has some hundred KiB.
const most = 8 << 20

// fence begins the part of a Markdown report that holds it as JSON.
const fence = "```json byhand-report\n"

// Read reads a report from a file, in JSON or in Markdown.
func Read(path string) (Report, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Report{}, err
	}
	// A named pipe would be waited for.
	if !info.Mode().IsRegular() {
		return Report{}, fmt.Errorf("read %s: it is not a regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return Report{}, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return Report{}, err
	}
	if len(text) > most {
		return Report{}, fmt.Errorf("read %s: it has more than %d bytes", path, most)
	}
	r, err := Parse(text)
	if err != nil {
		return r, fmt.Errorf("read %s: %w", path, err)
	}
	return r, nil
}

// Parse reads a report's text.
func Parse(text []byte) (Report, error) {
	if i := bytes.LastIndex(text, []byte(fence)); i >= 0 {
		text = text[i+len(fence):]
		end := bytes.Index(text, []byte("\n```"))
		if end < 0 {
			return Report{}, errors.New("the report as data is cut short")
		}
		text = text[:end]
	}
	var r Report
	if err := json.Unmarshal(text, &r); err != nil {
		return Report{}, fmt.Errorf("it is no report, or a damaged one: %w", err)
	}
	switch {
	case r.Version == 0:
		return Report{}, errors.New("it is no report: it has no member byhand-report")
	case r.Version < 0 || r.Version > Version:
		return Report{}, fmt.Errorf("it has form %d, and this byhand reads form %d", r.Version, Version)
	case strings.TrimSpace(r.Learner) == "":
		return Report{}, errors.New("it does not say whose it is")
	}
	return r, nil
}
