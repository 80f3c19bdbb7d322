package report

import (
	"fmt"
	"time"

	"byhand/internal/lesson"
	"byhand/internal/progress"
)

// Verdict is what verifying a report has found.
type Verdict struct {
	// Faults say what is wrong or missing; none where the report is whole.
	Faults []string
	// Unjudged names lessons that this byhand does not know.
	Unjudged []string
	// Lessons counts the lessons done, Checks the evidence in them.
	Lessons, Checks int
}

// Limits is what a verdict never says.
const Limits = "this proves the report's form and completeness, not honesty: a report is a file, and who can run byhand can also write one"

// Verify judges a report's form, and whether each lesson done has, for each of
// its steps, the checks that were seen.
func (r Report) Verify(course []lesson.Lesson, now time.Time) Verdict {
	var v Verdict
	fault := func(format string, args ...any) { v.Faults = append(v.Faults, fmt.Sprintf(format, args...)) }
	if r.Sum != r.sum() {
		fault("the sum does not fit the lessons: the report was changed or damaged after it was made")
	}
	if r.Made.IsZero() || r.Made.After(now.Add(24*time.Hour)) {
		fault("it says that it was made at %s", r.Made.Format(time.RFC3339))
	}
	if r.Machine.Kernel == "" || r.Byhand == "" {
		fault("it does not say with which kernel and byhand it was made")
	}
	byName := map[string]lesson.Lesson{}
	for _, l := range course {
		byName[l.Name] = l
	}
	seen := map[string]bool{}
	for _, l := range r.Lessons {
		if seen[l.Name] {
			fault("lesson %s is there twice", l.Name)
		}
		seen[l.Name] = true
		known, ok := byName[l.Name]
		if !ok {
			v.Unjudged = append(v.Unjudged, l.Name)
			continue
		}
		if l.Quiz.Right > l.Quiz.Asked || l.Quiz.Right < 0 {
			fault("lesson %s: %d of %d answers right", l.Name, l.Quiz.Right, l.Quiz.Asked)
		}
		if !l.Earned() {
			continue
		}
		v.Lessons++
		v.Checks += len(l.Evidence)
		v.Faults = append(v.Faults, missing(l, known, r.Made)...)
	}
	for _, l := range course {
		if !seen[l.Name] {
			fault("lesson %s is not in it, not even as one to be done", l.Name)
		}
	}
	return v
}

// missing says what a lesson that is said to be done lacks.
func missing(l Lesson, known lesson.Lesson, made time.Time) []string {
	var faults []string
	if l.How != progress.Did && l.How != progress.ByHand {
		faults = append(faults, fmt.Sprintf("lesson %s: there is no way to do it called %q", l.Name, l.How))
	}
	// A report is dated to the second.
	if l.Done.Truncate(time.Second).After(made) {
		faults = append(faults, fmt.Sprintf("lesson %s: it was done after the report was made", l.Name))
	}
	if l.Kernel == "" {
		faults = append(faults, fmt.Sprintf("lesson %s: it does not say on which kernel it was done", l.Name))
	}
	checks := map[string]int{}
	for _, e := range l.Evidence {
		if e.Check == "" || e.Want == "" {
			faults = append(faults, fmt.Sprintf("lesson %s, step %q: a check says not what was looked at, or not what had to be seen", l.Name, e.Step))
		}
		checks[e.Step]++
	}
	for _, s := range known.All() {
		if checks[s.Title] == 0 {
			faults = append(faults, fmt.Sprintf("lesson %s, step %q: no check was recorded", l.Name, s.Title))
		}
	}
	return faults
}
