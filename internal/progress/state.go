// Package progress keeps what a learner has earned: a JSON file that is
// replaced whole or not at all, and in which nothing gets lost that this
// version of byhand does not know.
package progress

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// State is a learner's progress through the course.
type State struct {
	// members are the file's top level as it was read.
	members map[string]json.RawMessage
	// lessons are by name, whether or not this version teaches them.
	lessons map[string]entry
}

// entry is a record together with its members as they were read.
type entry struct {
	record  Record
	members map[string]json.RawMessage
}

// newState is the progress of somebody who has not begun.
func newState() *State {
	return &State{members: map[string]json.RawMessage{}, lessons: map[string]entry{}}
}

// Lesson returns the record of a lesson, and whether there is one.
func (s *State) Lesson(name string) (Record, bool) {
	e, ok := s.lessons[name]
	return e.record.clone(), ok
}

// Names returns the names of all lessons with a record, sorted.
func (s *State) Names() []string {
	return slices.Sorted(maps.Keys(s.lessons))
}

// Done reports whether a lesson counts as done: earned, or unlocked by hand.
func (s *State) Done(name string) bool {
	return !s.lessons[name].record.Done.IsZero()
}

// Earned reports whether a lesson was done, not just unlocked.
func (s *State) Earned(name string) bool {
	return s.Done(name) && s.lessons[name].record.How != Unlocked
}

// Put sets the record of a lesson. Of an older record it keeps the members
// that this version does not know.
func (s *State) Put(name string, r Record) error {
	old := s.lessons[name]
	members, err := mergeRecord(old.members, old.record, r)
	if err != nil {
		return fmt.Errorf("record lesson %q: %w", name, err)
	}
	s.lessons[name] = entry{record: r.clone(), members: members}
	return nil
}

// Unlock marks a lesson as done without having been earned. A lesson that was
// earned stays so.
func (s *State) Unlock(name string, at time.Time) error {
	if s.Earned(name) {
		return nil
	}
	r, _ := s.Lesson(name)
	r.Done, r.How = at.UTC().Truncate(time.Second), Unlocked
	return s.Put(name, r)
}

// Reset forgets one lesson.
func (s *State) Reset(name string) {
	delete(s.lessons, name)
}

// ResetAll forgets every lesson, also those that this version does not know.
func (s *State) ResetAll() {
	clear(s.lessons)
}
