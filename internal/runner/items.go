package runner

import (
	"slices"
	"time"

	"byhand/internal/lesson"
	"byhand/internal/progress"
)

// Items returns all questions of lessons, in their order.
func Items(lessons ...lesson.Lesson) []Item {
	var items []Item
	for _, l := range lessons {
		for _, q := range l.Quiz {
			items = append(items, Item{Lesson: l.Name, Question: q})
		}
	}
	return items
}

// MissedFirst puts the questions whose last answer was wrong before the others.
func MissedFirst(items []Item, state *progress.State) []Item {
	items = slices.Clone(items)
	slices.SortStableFunc(items, func(a, b Item) int { return missed(b, state) - missed(a, state) })
	return items
}

func missed(item Item, state *progress.State) int {
	if stands, asked := answered(item, state); asked && stands.Missed() {
		return 1
	}
	return 0
}

// Due returns the questions that were answered before and are to be asked again
// at a time, what was missed first and then what has been due longest; and when
// the next of the others will be, which is zero where there is none.
func Due(items []Item, state *progress.State, at time.Time) (due []Item, next time.Time) {
	for _, item := range items {
		stands, asked := answered(item, state)
		switch {
		case !asked:
		case !stands.Due().After(at):
			due = append(due, item)
		case next.IsZero() || stands.Due().Before(next):
			next = stands.Due()
		}
	}
	slices.SortStableFunc(due, func(a, b Item) int {
		if order := missed(b, state) - missed(a, state); order != 0 {
			return order
		}
		x, _ := answered(a, state)
		y, _ := answered(b, state)
		return x.Due().Compare(y.Due())
	})
	return due, next
}

func answered(item Item, state *progress.State) (progress.Answered, bool) {
	record, _ := state.Lesson(item.Lesson)
	stands, asked := record.Questions[item.Question.Key]
	return stands, asked
}
