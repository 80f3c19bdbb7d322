package process

import (
	"encoding/json"
	"errors"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// message is one line of what a stage reports: a system call that it made, or
// the result or the error that it ended with.
type message struct {
	Call   *sys.Call       `json:"call,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  *remoteError    `json:"error,omitempty"`
}

// remoteError is an error that happened in another process. It unwraps to the
// errno it had there.
type remoteError struct {
	Text  string     `json:"text"`
	Errno unix.Errno `json:"errno,omitempty"`
}

func newRemoteError(err error) *remoteError {
	r := &remoteError{Text: err.Error()}
	errors.As(err, &r.Errno)
	return r
}

func (r *remoteError) Error() string { return r.Text }

func (r *remoteError) Unwrap() error {
	if r.Errno == 0 {
		return nil
	}
	return r.Errno
}
