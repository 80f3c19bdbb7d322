package cgroup

import (
	"errors"
	"fmt"
)

// What a machine can lack.
var (
	// ErrMissing says that the controller is in no hierarchy, or that the part
	// of v2 which is ours was not given it.
	ErrMissing = errors.New("it is not offered")
	// ErrNotWritable says that groups may not be made where they would be.
	ErrNotWritable = errors.New("we may not write there")
	// ErrNotDelegated says that no part of the v2 tree was handed to us:
	// Delegate asks systemd for one.
	ErrNotDelegated = errors.New("no part of the cgroup v2 tree is delegated to this user")
	// ErrInUse says that the group which would hand controllers to ours has
	// processes itself, which v2 doesn't allow.
	ErrInUse = errors.New("the group above has processes of its own, so it can't hand controllers down")
)

// LackError says what is missing for a controller to be used here.
type LackError struct {
	// Controller is the one asked for; empty where it is a matter of all.
	Controller Controller
	// Lack is what is missing; errors.Is tells which of the above.
	Lack error
	// Next is the command or the advice that mends it.
	Next string
}

// Error says what lacks.
func (e *LackError) Error() string {
	if e.Controller == "" {
		return "cgroups: " + e.Lack.Error()
	}
	return fmt.Sprintf("cgroup controller %s: %v", e.Controller, e.Lack)
}

// Unwrap gives what lacks.
func (e *LackError) Unwrap() error { return e.Lack }

// Hint gives the next command.
func (e *LackError) Hint() string { return e.Next }
