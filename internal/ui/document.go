package ui

import "io"

// Text writes Markdown as a text of its own, outside of any lesson.
func Text(w io.Writer, t Terminal, markdown string) error {
	_, err := io.WriteString(w, t.renderMarkdown(markdown, "", t.prose()))
	return err
}
