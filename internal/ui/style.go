package ui

import "github.com/fatih/color"

// Role is what a piece of text is for; it decides the text's colour.
type Role int

// The roles that commands use.
const (
	// Plain is text as any other.
	Plain Role = iota
	// Done marks what was finished or passed.
	Done
	// Next marks what to do now.
	Next
	// Locked marks what is not open yet.
	Locked
	// Warn marks what looks wrong and may be meant.
	Warn
	// Error marks what went wrong.
	Error
	// Dim is text that matters less.
	Dim
	// Strong is text that matters more.
	Strong
	// Command is what can be typed.
	Command

	roleEmphasis
	roleCode
	roleKernel
)

// attributes returns the colours of a role. They are of the first eight, which
// every terminal lets its owner choose to suit the background.
func (r Role) attributes() []color.Attribute {
	switch r {
	case Done:
		return []color.Attribute{color.FgGreen}
	case Next:
		return []color.Attribute{color.Bold, color.FgCyan}
	case Warn:
		return []color.Attribute{color.FgYellow}
	case Error:
		return []color.Attribute{color.Bold, color.FgRed}
	case Locked, Dim:
		return []color.Attribute{color.Faint}
	case Strong:
		return []color.Attribute{color.Bold}
	case Command, roleCode:
		return []color.Attribute{color.FgCyan}
	case roleEmphasis:
		return []color.Attribute{color.Italic}
	case roleKernel:
		return []color.Attribute{color.FgMagenta}
	}
	return nil
}

// Paint returns s, without its control characters, in the colour of its role.
func (t Terminal) Paint(r Role, s string) string { return t.paint(r, clean(s)) }

// paint is Paint for text that was cleaned before.
func (t Terminal) paint(r Role, s string) string {
	attributes := r.attributes()
	if !t.Colour || s == "" || attributes == nil {
		return s
	}
	c := color.New(attributes...)
	// The package would decide by standard output; t describes this output.
	c.EnableColor()
	return c.Sprint(s)
}
