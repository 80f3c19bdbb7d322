// Package breakout tries the known ways out of a container, from inside. What it
// tries does no harm where it succeeds: a file is opened and not written to, a call
// is made with arguments that the kernel refuses once it has granted the right.
package breakout

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// Outside says what there is outside, that a prober would like to reach.
type Outside struct {
	// Marker is a file outside of the prober's root, Text what it holds.
	Marker, Text string
	// Victim is a process outside.
	Victim int
	// Socket is the name of an abstract unix socket that somebody outside listens at.
	Socket string
	// Leaked is the number of a descriptor of the root outside that who started the
	// container had open.
	Leaked int
}

// Result is what came of a try.
type Result struct {
	// Way is the way out that was tried.
	Way string `json:"way"`
	// Open tells that it led out, or would.
	Open bool `json:"open"`
	// Saw is the kernel's answer, such as "EPERM".
	Saw string `json:"saw"`
	// Call is what gave it.
	Call string `json:"call"`
}

// A way out is tried by a function, which returns the call that decided, and the
// error with which it was denied.
type way struct {
	name string
	try  func(Outside) (call string, err error)
}

// closed is an answer that is no errno.
type closed string

func (c closed) Error() string { return string(c) }

// Main is a prober's whole program: it tries every way out with what its argument
// says is outside, and prints the results as JSON. With a second argument, "chroot",
// it is in a root without /proc and /sys, and mounts them first.
func Main() {
	if err := probe(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func probe(args []string) error {
	var o Outside
	if err := json.Unmarshal([]byte(args[0]), &o); err != nil {
		return err
	}
	if len(args) > 1 {
		for _, m := range []struct{ fs, target string }{{"proc", "/proc"}, {"sysfs", "/sys"}, {"cgroup2", "/sys/fs/cgroup"}} {
			if err := unix.Mount(m.fs, m.target, m.fs, 0, ""); err != nil {
				return fmt.Errorf("mount %s: %w", m.target, err)
			}
		}
	}
	var all []Result
	for _, w := range ways() {
		r := Result{Way: w.name}
		var err error
		r.Call, err = apart(w, o)
		r.Open = err == nil
		r.Saw = answer(err)
		all = append(all, r)
	}
	return json.NewEncoder(os.Stdout).Encode(all)
}

// apart tries a way on a thread of its own, which ends with what it did to itself.
func apart(w way, o Outside) (call string, err error) {
	done := make(chan struct{})
	go func() {
		runtime.LockOSThread() // never unlocked
		defer close(done)
		call, err = w.try(o)
	}()
	<-done
	return call, err
}

// answer names an errno.
func answer(err error) string {
	var errno unix.Errno
	switch {
	case err == nil:
		return "open"
	case errors.As(err, &errno):
		return unix.ErrnoName(errno)
	}
	return err.Error()
}
