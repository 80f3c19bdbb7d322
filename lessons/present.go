package lessons

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"strings"

	"byhand/internal/cast"
)

// presented are, for each lesson, the presenter's notes and the recording of its
// demo, beside its prose.
//
//go:embed */notes.md */demo.cast.gz
var presented embed.FS

// Notes returns the presenter's notes on a lesson, in Markdown.
func Notes(lesson string) (string, error) {
	text, err := presented.ReadFile(folder(lesson) + "/notes.md")
	if err != nil {
		return "", fmt.Errorf("lesson %s has no presenter's notes: %w", lesson, err)
	}
	return string(text), nil
}

// Recording returns the recording of a lesson's demo, for machines that can't
// run the lesson.
func Recording(lesson string) (cast.Recording, error) {
	packed, err := presented.ReadFile(folder(lesson) + "/demo.cast.gz")
	if err != nil {
		return cast.Recording{}, fmt.Errorf("lesson %s has no recording: %w", lesson, err)
	}
	in, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return cast.Recording{}, fmt.Errorf("recording of lesson %s: %w", lesson, err)
	}
	return cast.Read(in)
}

// folder is a lesson's directory: a package's name has no dash.
func folder(lesson string) string { return strings.ReplaceAll(lesson, "-", "") }
