// Package words has errors in Docker's words, which scripts look for. They
// begin with a capital letter, and may be sentences, as byhand's own never do.
package words

import "fmt"

// Error is an error in Docker's words.
type Error string

// Error is the words.
func (e Error) Error() string { return string(e) }

// Errorf makes one of a format.
func Errorf(format string, args ...any) error { return Error(fmt.Sprintf(format, args...)) }
