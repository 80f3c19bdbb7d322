// Package process starts processes of byhand's own in new or in existing
// namespaces, and has them do one thing, a stage, in plain Go.
//
// A child is the same binary again, executed afresh after fork: only so has it
// a whole Go runtime. It is told what to do through a pipe and reports each
// system call that it makes through another.
package process

import "os"

// Command says what a child is to do, and where.
type Command struct {
	// Stage names the function in the binary's Table.
	Stage string
	// Args are the stage's arguments; they must survive JSON.
	Args any
	// Clone are the CLONE_NEW* flags of the namespaces that the child is born in.
	Clone uintptr
	// UIDMap and GIDMap are what /proc/PID/uid_map and gid_map get, such as
	// "0 1000 1", where Clone holds CLONE_NEWUSER.
	UIDMap, GIDMap string
	// JoinPID is the process whose namespaces the child joins, and Join the
	// CLONE_NEW* flags of those; 0 joins none.
	JoinPID int
	Join    uintptr
	// Stdin, Stdout and Stderr are the child's; /dev/null where nil.
	Stdin, Stdout, Stderr *os.File
	// Files are further descriptors, for Child.Files.
	Files []*os.File
	// Bare says that no container will ever see the child, so that it may run
	// byhand's own file itself: see ownProgram.
	Bare bool
	// Env is added to the child's environment, as "NAME=value".
	Env []string
	// Born, where set, is called with the child's pid before the child does
	// anything; where it fails, the child ends at once.
	Born func(pid int) error

	// program opens what is executed in place of byhand's own binary, for a test.
	program func() (*os.File, error)
}
