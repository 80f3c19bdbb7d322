// Package cast writes and reads recordings of a terminal: asciicast v2, a line
// of JSON for the header and one for each event. Each page of a demo is one
// output event that holds the whole screen, and behind it a marker with the
// page's name, so that a recording can be paged through as well as played.
package cast

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Header is the first line.
type Header struct {
	// Version is 2.
	Version int `json:"version"`
	// Width and Height are the terminal's.
	Width  int `json:"width"`
	Height int `json:"height"`
	// Timestamp is when it was made, in seconds since 1970.
	Timestamp int64 `json:"timestamp"`
	// Title says of what; asciinema shows it.
	Title string `json:"title"`
	// Env holds TERM, and KERNEL for the machine that it was made on.
	Env map[string]string `json:"env"`
}

// Writer writes a recording.
type Writer struct {
	mu    sync.Mutex
	out   *json.Encoder
	start time.Time
	now   func() time.Time
	fault error
}

// NewWriter begins a recording.
func NewWriter(w io.Writer, h Header, now func() time.Time) *Writer {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	start := now()
	h.Version, h.Timestamp = 2, start.Unix()
	return &Writer{out: encoder, start: start, now: now, fault: encoder.Encode(h)}
}

// Write records output; it is an io.Writer.
func (w *Writer) Write(b []byte) (int, error) { return len(b), w.event("o", string(b)) }

// Mark names what stands on the screen now.
func (w *Writer) Mark(name string) error { return w.event("m", name) }

func (w *Writer) event(kind, text string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fault == nil {
		seconds := float64(w.now().Sub(w.start).Milliseconds()) / 1000
		w.fault = w.out.Encode([]any{seconds, kind, text})
	}
	return w.fault
}

// Page is a screen at which a recording stood still.
type Page struct {
	// Name is the marker's.
	Name string
	// Screen is what draws it whole.
	Screen string
}

// Recording is one that was read.
type Recording struct {
	Header
	// Pages are its still screens.
	Pages []Page
}

// Read reads a recording that Writer has written.
func Read(r io.Reader) (Recording, error) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	var rec Recording
	if !in.Scan() {
		return rec, errors.Join(errors.New("read recording: it is empty"), in.Err())
	}
	if err := json.Unmarshal(in.Bytes(), &rec.Header); err != nil || rec.Version != 2 {
		return rec, fmt.Errorf("read recording: version %d, %v; want asciicast v2", rec.Version, err)
	}
	screen := ""
	for n := 2; in.Scan(); n++ {
		var event [3]any
		if err := json.Unmarshal(in.Bytes(), &event); err != nil {
			return rec, fmt.Errorf("read recording: line %d: %w", n, err)
		}
		kind, _ := event[1].(string)
		text, ok := event[2].(string)
		switch {
		case !ok:
			return rec, fmt.Errorf("read recording: line %d: no text", n)
		case kind == "o":
			screen = text
		case kind == "m":
			rec.Pages = append(rec.Pages, Page{text, screen})
		}
	}
	if in.Err() == nil && len(rec.Pages) == 0 {
		return rec, errors.New("read recording: it has no pages")
	}
	return rec, in.Err()
}
