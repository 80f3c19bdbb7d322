package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// command is something to time.
type command struct {
	// Args are the program and its arguments.
	Args []string
	// After, where set, makes the state as it was before, and is not timed.
	After func() error
}

// cmd is a command of words.
func cmd(words ...string) command { return command{Args: words} }

// sample is what one run took.
type sample struct {
	// Wall is the time until the program's end.
	Wall time.Duration
	// Peak is the most memory that it or a child that it awaited held, in bytes.
	Peak int64
}

// once runs a command; one that fails is an error with what it said.
func once(c command) (sample, error) {
	e := exec.Command(c.Args[0], c.Args[1:]...)
	var said bytes.Buffer
	e.Stderr = &said
	begin := time.Now()
	err := e.Run()
	s := sample{Wall: time.Since(begin)}
	if err != nil {
		return s, fmt.Errorf("%s: %w: %s", strings.Join(c.Args, " "), err, strings.TrimSpace(said.String()))
	}
	s.Peak = e.ProcessState.SysUsage().(*syscall.Rusage).Maxrss * 1024
	if c.After != nil {
		err = c.After()
	}
	return s, err
}

// paired is what n runs of two commands took, in turn after one of each that
// does not count.
type paired struct {
	// Ours and Theirs are the medians of the times.
	Ours, Theirs time.Duration
	// Ratio is the median of the ratios of the pairs, and Low and High the
	// quarters below and above.
	Ratio, Low, High float64
	// Peak is the most memory that ours held, in bytes.
	Peak int64
}

func pair(n int, ours, theirs command) (p paired, err error) {
	var a, b []time.Duration
	var ratios []float64
	for i := range n + 1 {
		x, err := once(ours)
		if err != nil {
			return p, err
		}
		y, err := once(theirs)
		if err != nil {
			return p, err
		}
		if i == 0 {
			continue
		}
		a, b = append(a, x.Wall), append(b, y.Wall)
		ratios = append(ratios, float64(x.Wall)/float64(y.Wall))
		p.Peak = max(p.Peak, x.Peak)
	}
	slices.Sort(ratios)
	p.Ours, p.Theirs = median(a), median(b)
	p.Low, p.Ratio, p.High = ratios[len(ratios)/4], ratios[len(ratios)/2], ratios[len(ratios)*3/4]
	return p, nil
}

// median sorts its argument.
func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// alone is the median time of n runs of a command after one that does not count.
func alone(n int, c command) (time.Duration, error) {
	var all []time.Duration
	for i := range n + 1 {
		s, err := once(c)
		if err != nil {
			return 0, err
		}
		if i > 0 {
			all = append(all, s.Wall)
		}
	}
	return median(all), nil
}

// found looks for a program, and fails with what to say of it in the table.
func found(program string) (string, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return "", missing(program)
	}
	return path, nil
}

// missing is a program that is not installed.
type missing string

func (m missing) Error() string { return string(m) + " is not installed" }

// write makes a file with a text.
func write(path, text string) error { return os.WriteFile(path, []byte(text), 0o644) }
