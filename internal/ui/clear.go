package ui

import "io"

// Clear empties the terminal's screen, to draw on it from the top.
func Clear(w io.Writer) error {
	_, err := io.WriteString(w, "\x1b[H\x1b[2J")
	return err
}
