package report

import (
	_ "embed" // for the page
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"byhand/internal/lesson"
)

// Class is a folder of reports in one table.
type Class struct {
	// Lessons are the names of the course's.
	Lessons []string `json:"lessons"`
	// Learners are the reports that could be read, by learner.
	Learners []Row `json:"learners"`
	// Damaged are the files that could not.
	Damaged []Damage `json:"damaged"`
}

// Row is one report in the table.
type Row struct {
	// File is the report's, Learner whose it is.
	File    string `json:"file"`
	Learner string `json:"learner"`
	// Cells are the lessons', in the order of Class.Lessons.
	Cells []string `json:"cells"`
	// Totals are the report in numbers.
	Totals Totals `json:"totals"`
	// Faults are what verifying it has found.
	Faults []string `json:"faults"`
}

// Damage is a file that is no report that can be read.
type Damage struct {
	// File is its name, Reason what is wrong.
	File   string `json:"file"`
	Reason string `json:"reason"`
}

// ReadClass reads every report in a folder: files named .json or .md. One that
// is damaged is named, and does not stop the rest.
func ReadClass(dir string, course []lesson.Lesson, now time.Time) (Class, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return Class{}, err
	}
	c := Class{Learners: []Row{}, Damaged: []Damage{}}
	for _, l := range course {
		c.Lessons = append(c.Lessons, l.Name)
	}
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); strings.HasPrefix(e.Name(), ".") || ext != ".json" && ext != ".md" {
			continue
		}
		r, err := Read(filepath.Join(dir, e.Name()))
		if err != nil {
			reason := strings.TrimPrefix(err.Error(), "read "+filepath.Join(dir, e.Name())+": ")
			c.Damaged = append(c.Damaged, Damage{e.Name(), reason})
			continue
		}
		row := Row{File: e.Name(), Learner: r.Learner, Totals: r.Totals(), Faults: r.Verify(course, now).Faults}
		for _, name := range c.Lessons {
			row.Cells = append(row.Cells, r.cell(name))
		}
		c.Learners = append(c.Learners, row)
	}
	slices.SortStableFunc(c.Learners, func(a, b Row) int { return strings.Compare(a.Learner, b.Learner) })
	return c, nil
}

// cell is a lesson in the table: how it was done, and the quiz.
func (r Report) cell(name string) string {
	for _, l := range r.Lessons {
		if l.Name != name {
			continue
		}
		cell := how(l)
		if l.Quiz.Asked > 0 {
			cell += fmt.Sprintf(" %d/%d", l.Quiz.Right, l.Quiz.Asked)
		}
		return cell
	}
	return "-"
}

// Verdict is what was found of a report, in a word or two.
func (r Row) Verdict() string {
	if len(r.Faults) == 0 {
		return "complete"
	}
	return Count(len(r.Faults), "fault")
}

// Markdown writes the table.
func (c Class) Markdown() string {
	var b strings.Builder
	b.WriteString("| learner | file | lessons | quiz | hints | skips | evidence |")
	for _, name := range c.Lessons {
		b.WriteString(" " + text(name) + " |")
	}
	b.WriteString("\n|" + strings.Repeat("---|", 7+len(c.Lessons)) + "\n")
	for _, r := range c.Learners {
		t := r.Totals
		fmt.Fprintf(&b, "| %s | %s | %d/%d | %d/%d | %d | %d | %s |", text(r.Learner), text(r.File), t.Lessons, t.Of, t.Right, t.Asked, t.Hints, t.Skips, r.Verdict())
		for _, cell := range r.Cells {
			b.WriteString(" " + text(cell) + " |")
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
	for _, r := range c.Learners {
		for _, f := range r.Faults {
			fmt.Fprintf(&b, "- %s: %s\n", text(r.File), text(f))
		}
	}
	for _, d := range c.Damaged {
		fmt.Fprintf(&b, "- %s could not be read: %s\n", text(d.File), text(d.Reason))
	}
	b.WriteString("\n" + strings.ToUpper(Limits[:1]) + Limits[1:] + ".\n")
	return b.String()
}

//go:embed class.html
var page string

// HTML writes the table as a page that needs nothing else.
func (c Class) HTML(w io.Writer) error {
	t, err := template.New("class").Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(w, struct {
		Class
		Limits string
	}{c, Limits})
}
