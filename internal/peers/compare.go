package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// row is a line of the table.
type row struct {
	// What is compared with Than.
	What, Than string
	// Must and Aim are the goals for the ratio, or for the difference in
	// milliseconds where Over is set; 0 for none.
	Must, Aim float64
	// Over says that the difference counts, not the ratio.
	Over bool
	// Pair makes what is to be timed.
	Pair func(*bench) (ours, theirs command, err error)
}

// rows are all comparisons of whole programs, in the order of the table.
func rows() []row {
	return append(append(startRows(), treeRows()...), row{
		What: "`byhand --help`", Than: "`/bin/true`", Must: 3, Aim: 1.5, Over: true,
		Pair: func(b *bench) (command, command, error) { return cmd(b.Byhand, "--help"), cmd("/bin/true"), nil },
	})
}

// compare makes the table.
func compare(o options) (err error) {
	b, err := newBench()
	if b != nil {
		defer func() { err = errors.Join(err, b.clear()) }()
	}
	if err != nil {
		return err
	}
	fmt.Println("| what | beside | byhand | the other | ratio | quarters | must | aim |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, r := range rows() {
		if !strings.Contains(r.What+r.Than, o.Only) {
			continue
		}
		line, err := b.line(r, o.Runs)
		if gone := missing(""); errors.As(err, &gone) {
			line = fmt.Sprintf("| %s | %s | | | %v | | | |", r.What, r.Than, gone)
		} else if err != nil {
			return fmt.Errorf("%s beside %s: %w", r.What, r.Than, err)
		}
		fmt.Println(line)
	}
	return b.alone(o)
}

// line times a row and writes it.
func (b *bench) line(r row, runs int) (string, error) {
	fmt.Fprintf(os.Stderr, "%s beside %s\n", r.What, r.Than)
	ours, theirs, err := r.Pair(b)
	if err != nil {
		return "", err
	}
	p, err := pair(runs, ours, theirs)
	if err != nil {
		return "", err
	}
	ratio := fmt.Sprintf("%.2f", p.Ratio)
	if r.Over {
		ratio = fmt.Sprintf("+%.1f ms", float64((p.Ours-p.Theirs).Microseconds())/1000)
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %.2f to %.2f | %s | %s |", r.What, r.Than,
		ms(p.Ours), ms(p.Theirs), ratio, p.Low, p.High, r.goal(r.Must), r.goal(r.Aim)), nil
}

// goal writes a goal.
func (r row) goal(g float64) string {
	switch {
	case g == 0:
		return ""
	case r.Over:
		return fmt.Sprintf("+%g ms", g)
	}
	return fmt.Sprintf("%g", g)
}
