// Package bench is the one place on the machine that a lesson may change: a
// directory, and what is named after it.
package bench

// Bench is a lesson's place of work.
type Bench struct {
	// ID names the bench, and with it every object made for it.
	ID string
	// Dir is the bench's directory, the value of LAB in the commands shown.
	Dir string
}
