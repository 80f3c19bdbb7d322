package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"byhand/internal/lesson"
	"byhand/internal/progress"
	"byhand/internal/runner"
	"byhand/internal/ui"
)

// quizFlags are those of quiz and review.
type quizFlags struct {
	answers string
	json    bool
	seed    uint64
	// seeded tells whether a seed was asked for.
	seeded bool
}

func (f *quizFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.answers, "answers", "", "answer without being asked: 2,1+3,-,137 (see above)")
	c.Flags().BoolVar(&f.json, "json", false, "one JSON object a line; without --answers, the questions only")
	c.Flags().Uint64Var(&f.seed, "seed", 0, "shuffle the choices and draw the numbers as this seed did; 0 does not shuffle")
}

// scripted reports whether a program answers. Its answers are to fit what it was
// shown, whatever was missed before: nothing is shuffled but by a seed of its own.
func (f *quizFlags) scripted() bool { return f.answers != "" || f.json }

// answersHelp explains --answers, for both verbs.
const answersHelp = `
--answers gives the answers, separated by commas, to the first questions; the
others are not asked. An answer is the number of a choice, several joined by a
plus sign (1+3), or the number that is asked for; - leaves a question out.
Without --seed the choices have the numbers that they have in the lesson; with
--seed N, those that this seed gives them. `

func newQuiz() *cobra.Command {
	var f quizFlags
	c := &cobra.Command{
		Use: "quiz [LESSON]", Short: "ask a lesson's questions, or those of every open lesson", Args: usage(cobra.MaximumNArgs(1)),
		Long: `Asks the questions of a lesson, or of every lesson that is open to you, those
that you missed last first. Choices are shuffled by a seed, which is printed.
Some questions are predictions: once you have answered, the commands are run
and you see what the kernel of this machine says. Each answer is kept as soon as
it is given. The status is 0 when the questions were asked, whatever the score.
` + answersHelp + `The questions come in the order of
the course, whatever was missed.`,
		ValidArgsFunction: lessonNames,
		RunE: func(c *cobra.Command, args []string) error {
			a, err := open(c.Context())
			if err != nil {
				return err
			}
			state, err := a.load()
			if err != nil {
				return err
			}
			f.seeded = c.Flags().Changed("seed")
			items, err := a.questions(state, args)
			if err != nil {
				return err
			}
			if !f.scripted() {
				items = runner.MissedFirst(items, state)
			}
			return a.ask(c.Context(), c, items, f)
		},
	}
	f.add(c)
	return c
}

// questions returns those of the one lesson named, or of all that are open.
func (a *app) questions(state *progress.State, names []string) ([]runner.Item, error) {
	var from []lesson.Lesson
	for i, l := range a.course {
		if a.open(state, i) {
			from = append(from, l)
		}
	}
	if len(names) == 1 {
		i, err := a.index(names[0])
		if err != nil {
			return nil, err
		}
		if !a.open(state, i) {
			return nil, a.locked(i)
		}
		from = a.course[i : i+1]
	}
	return runner.Items(from...), nil
}

// ask puts the questions and keeps the answers.
func (a *app) ask(ctx context.Context, c *cobra.Command, items []runner.Item, f quizFlags) error {
	if !f.scripted() && !f.seeded {
		f.seed = 1 + rand.Uint64N(999_999)
	}
	if f.answers != "" {
		var err error
		if items, err = f.answered(items); err != nil {
			return &exit{code: exitUsage, err: fmt.Errorf("--answers: %w", err), hints: []string{c.CommandPath() + " --help"}}
		}
	}
	answers, err := f.picks(items)
	if err != nil {
		return &exit{code: exitUsage, err: fmt.Errorf("--answers: %w", err), hints: []string{c.CommandPath() + " --help"}}
	}
	screen := a.screen(ui.Options{JSON: f.json, Out: c.OutOrStdout(), Answers: answers})
	if f.seed != 0 {
		screen.Note(fmt.Sprintf("seed %d: --seed %d repeats the order of the choices and the numbers drawn", f.seed, f.seed))
	}
	if f.json && f.answers == "" {
		return errors.Join(listed(ctx, screen, items, f.seed), screen.Err())
	}
	made, err := a.places.MakeBenches(a.user)
	if err != nil {
		return err
	}
	defer made.Close()
	tally := newTally(a)
	score, err := runner.Ask(ctx, screen, items, runner.Asking{Benches: a.places.Benches, Seed: f.seed, Kept: tally.keep})
	if err != nil {
		return err
	}
	screen.Scored(score)
	return screen.Err()
}

// listed shows questions to a program, and asks none.
func listed(ctx context.Context, screen ui.Screen, items []runner.Item, seed uint64) error {
	for i, item := range items {
		if _, err := screen.Ask(ctx, i+1, len(items), item.Question.Pose(seed)); !errors.Is(err, ui.ErrNoAnswer) {
			return err
		}
	}
	return nil
}

// answered returns the questions that --answers answers.
func (f *quizFlags) answered(items []runner.Item) ([]runner.Item, error) {
	words := strings.Split(f.answers, ",")
	if len(words) > len(items) {
		return nil, fmt.Errorf("%d answers to %d questions", len(words), len(items))
	}
	var kept []runner.Item
	var left []string
	for i, word := range words {
		if strings.TrimSpace(word) != "-" {
			kept, left = append(kept, items[i]), append(left, word)
		}
	}
	f.answers = strings.Join(left, ",")
	return kept, nil
}

// picks reads the answers to just these questions.
func (f *quizFlags) picks(items []runner.Item) ([][]int, error) {
	if f.answers == "" {
		return nil, nil
	}
	var all [][]int
	for i, word := range strings.Split(f.answers, ",") {
		q := items[i].Question
		picks, err := ui.ParseAnswer(word, q)
		if err != nil {
			return nil, fmt.Errorf("%q for question %s of lesson %s: %w; want %s", word, q.Key, items[i].Lesson, err, ui.Accepted(q))
		}
		all = append(all, picks)
	}
	return all, nil
}

// tally keeps answers, and each lesson's score of this quiz.
type tally struct {
	app    *app
	scores map[string]progress.Quiz
}

func newTally(a *app) *tally { return &tally{a, map[string]progress.Quiz{}} }

func (t *tally) keep(item runner.Item, right bool, at time.Time) error {
	score := t.scores[item.Lesson]
	score.Asked++
	if right {
		score.Right++
	}
	score.When = at
	t.scores[item.Lesson] = score
	return t.app.update(func(s *progress.State) error {
		record, _ := s.Lesson(item.Lesson)
		record.Answer(item.Question.Key, right, at)
		record.Quiz = score
		if t.app.asked(item.Lesson, record) {
			record.Skips = slices.DeleteFunc(record.Skips, func(skip string) bool { return skip == progress.QuizNotAsked })
		}
		return s.Put(item.Lesson, record)
	})
}

// asked reports whether every question of a lesson was answered at some time.
func (a *app) asked(name string, record progress.Record) bool {
	i, err := a.index(name)
	return err == nil && !slices.ContainsFunc(a.course[i].Quiz, func(q lesson.Question) bool {
		_, answered := record.Questions[q.Key]
		return !answered
	})
}

// lessonNames completes them.
func lessonNames(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	a, err := open(c.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, l := range a.course {
		names = append(names, l.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
