package lesson

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"byhand/internal/doctor"
	"byhand/lab/bench"
)

// Try finds out on the machine which answer is right.
type Try struct {
	// Needs are what the machine must be able to do.
	Needs []doctor.Need
	// Prepare, where set, comes first and may change what byhand itself is, as a
	// lesson's Prepare does.
	Prepare func(context.Context, *bench.Bench) error
	// Draw, where set, draws the numbers that differ each time it is asked.
	Draw func(*rand.Rand) []int
	// Shell gives the bash commands that show it, for a bench of their own, in
	// whose directory they run. The last line that they print is the answer: a
	// number, or a line that one choice's Shows matches.
	Shell func(b *bench.Bench, drawn []int) string
	// Traps, where set, are wrong numbers that tempt with the numbers drawn.
	Traps func(drawn []int) []Trap
}

// Seen is what trying it out has shown.
type Seen struct {
	// Shell are the commands that were run.
	Shell string
	// Output is what they printed.
	Output string
}

// Between draws numbers from least to most, as many as a question needs.
func Between(least, most, count int) func(*rand.Rand) []int {
	return func(r *rand.Rand) []int {
		var drawn []int
		for range count {
			drawn = append(drawn, least+r.IntN(most-least+1))
		}
		return drawn
	}
}

// Pose makes the question as it is put to somebody: with its numbers drawn,
// and its choices shuffled. The same seed does the same again, whatever other
// questions there are. Seed 0 leaves the choices in the lesson's own order.
func (q Question) Pose(seed uint64) Question {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(q.Key)) // it can't fail
	r := rand.New(rand.NewPCG(seed, hash.Sum64()))
	if q.Number != nil {
		number := *q.Number
		q.Number = &number
	}
	if q.Try != nil && q.Try.Draw != nil {
		q.Drawn = q.Try.Draw(r)
		for i, n := range q.Drawn {
			q.Ask = strings.ReplaceAll(q.Ask, fmt.Sprintf("{%d}", i+1), strconv.Itoa(n))
		}
	}
	if q.Number != nil && q.Try != nil && q.Try.Traps != nil {
		q.Number.Traps = append(slices.Clone(q.Number.Traps), q.Try.Traps(q.Drawn)...)
	}
	q.Choices = slices.Clone(q.Choices)
	if seed != 0 {
		r.Shuffle(len(q.Choices), func(i, j int) { q.Choices[i], q.Choices[j] = q.Choices[j], q.Choices[i] })
	}
	return q
}

// Settle returns the question with the answer that trying it out has shown.
func (q Question) Settle(seen Seen) (Question, error) {
	lines := strings.Split(strings.TrimSpace(seen.Output), "\n")
	last := strings.TrimSpace(lines[len(lines)-1])
	q.Seen = &seen
	if q.Number != nil {
		number := *q.Number
		n, err := strconv.Atoi(last)
		if err != nil {
			return q, fmt.Errorf("the last line printed is no number: %q", last)
		}
		number.Is = n
		q.Number = &number
		return q, nil
	}
	q.Choices = slices.Clone(q.Choices)
	matched := 0
	for i, c := range q.Choices {
		shows, err := regexp.Compile(c.Shows)
		if err != nil {
			return q, fmt.Errorf("choice %q: %w", c.Text, err)
		}
		if q.Choices[i].Right = shows.MatchString(last); q.Choices[i].Right {
			matched++
		}
	}
	if matched != 1 {
		return q, fmt.Errorf("%d choices foresee what was printed: %q", matched, last)
	}
	return q, nil
}
