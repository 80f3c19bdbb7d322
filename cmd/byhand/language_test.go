package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"byhand/internal/doctor"
	"byhand/internal/judge"
	"byhand/internal/lesson"
	"byhand/internal/places"
	"byhand/internal/progress"
	"byhand/internal/report"
	"byhand/internal/runner"
	"byhand/internal/translate"
	"byhand/internal/ui"
	"byhand/internal/xray"
	"byhand/lessons"

	"github.com/spf13/cobra"
)

// sources are what is searched for texts to translate: the lessons, and what
// of the program speaks to the reader.
func sources(t *testing.T) []fs.FS {
	t.Helper()
	all := []fs.FS{lessons.Code}
	for _, dir := range []string{".", "../../internal/diagnose", "../../internal/ui", "../../internal/runner", "../../internal/guide", "../../internal/world", "../../internal/xray", "../../internal/report"} {
		all = append(all, os.DirFS(dir))
	}
	return all
}

// TestTranslations wants every language that there is to be whole.
func TestTranslations(t *testing.T) {
	files, err := lessons.Languages()
	if err != nil {
		t.Fatal(err)
	}
	names, err := translate.Languages(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		faults, err := translate.Faults(files, name, lessons.Syllabus(), sources(t)...)
		if err != nil {
			t.Error(err)
		}
		for _, fault := range faults {
			t.Error(fault)
		}
	}
}

// capitals is a language that is English in capital letters, made of all texts
// that are to be translated and of no other.
func capitals(t *testing.T) *translate.Catalogue {
	t.Helper()
	all, err := translate.Texts(lessons.Syllabus(), sources(t)...)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, text := range all {
		texts[text] = strings.ToUpper(text)
	}
	data, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	c, err := translate.Load(fstest.MapFS{"xx/texts.json": {Data: data}}, "xx")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestTablesAreTranslated wants the heads and marks of tables, and the words
// before a value, to be in the reader's language, and what the kernel shows as it is.
func TestTablesAreTranslated(t *testing.T) {
	a := &app{course: lessons.Syllabus(), texts: capitals(t), places: places.Places{Benches: t.TempDir()}, store: progress.Store{Dir: t.TempDir()}}
	class := t.TempDir()
	if err := os.WriteFile(filepath.Join(class, "damaged.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	handed := report.New(a.course, &progress.State{})
	handed.Learner, handed.Byhand, handed.Made = "Ann", "dev", time.Now()
	empty, err := handed.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(class, "empty.json"), empty, 0o600); err != nil {
		t.Fatal(err)
	}
	self := os.Getpid()
	for _, test := range []struct {
		name         string
		show         func(*cobra.Command) error
		want, absent []string
	}{
		{"report", func(c *cobra.Command) error { return a.report(c, reportFlags{name: "Ann"}) },
			[]string{"LESSON ", "DONE ", "CHECKS ", "QUIZ ", "KNOWN ", "HINTS ", "SKIPS", "chroot ", "NO ", "Ann,", "TO HAND IN: byhand report"}, []string{"lesson"}},
		{"class", func(c *cobra.Command) error { return a.class(c, reportFlags{class: class}) },
			[]string{"LEARNER ", "LESSONS ", "EVIDENCE ", "FILE", "DAMAGED ", "empty.json"}, []string{"learner", "evidence"}},
		{"verify", func(c *cobra.Command) error {
			_ = a.verify(c, filepath.Join(class, "empty.json")) // what is wrong is an error, too
			return nil
		}, []string{"FAULT ", "NOTE ", "THIS PROVES THE REPORT'S FORM"}, []string{"honesty"}},
		{"doctor", func(c *cobra.Command) error {
			return a.findings(c.OutOrStdout(), []doctor.Finding{{What: "one", Got: "there", OK: true}, {What: "other", Got: "none", Mend: "make it"}})
		}, []string{"OK ", "LACKS ", "one ", "make it"}, []string{"lacks"}},
		{"xray", func(c *cobra.Command) error {
			return a.show(c, false, false, func(context.Context) (any, []xray.Section, error) {
				seen, err := xray.Look(self)
				return seen, seen.Sections(), err
			})
		}, []string{fmt.Sprintf("PROCESS %d: ", self), "COMMAND ", "STATE ", "NAMESPACES\n", "USER MAP ", "CONTROL GROUPS\n", "RIGHTS\n", "MOUNTS: ", "ipc:["}, []string{"user map", "rights\n"}},
		{"listing", func(c *cobra.Command) error { return a.show(c, false, false, a.listing) },
			[]string{"WHAT LOOKS LIKE A CONTAINER: "}, []string{"what looks"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			c := &cobra.Command{}
			c.SetContext(t.Context())
			c.SetOut(&out)
			if err := test.show(c); err != nil {
				t.Fatal(err)
			}
			for _, want := range test.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is not in what is shown:\n%s", want, out.String())
				}
			}
			for _, absent := range test.absent {
				if strings.Contains(out.String(), absent) {
					t.Errorf("%q is in what is shown, not translated:\n%s", absent, out.String())
				}
			}
		})
	}
}

// small is what has a letter that was not translated.
var small = regexp.MustCompile(`[^ ]*[a-z]+[^ ]*`)

// TestEveryWordIsTranslated shows all that a lesson consists of, and wants no
// word but commands, names and what the kernel says to be as it was.
func TestEveryWordIsTranslated(t *testing.T) {
	a := &app{course: lessons.Syllabus(), texts: capitals(t)}
	l := a.course[0]
	answers, err := os.Create(filepath.Join(t.TempDir(), "answers"))
	if err != nil {
		t.Fatal(err)
	}
	defer answers.Close()
	if _, err := answers.WriteString(strings.Repeat("?\n1\n", 2*len(l.Quiz))); err != nil {
		t.Fatal(err)
	}
	_, _ = answers.Seek(0, 0)
	var out bytes.Buffer
	s := a.screen(ui.Options{In: answers, Out: &out, Getenv: func(string) string { return "" }})
	s.Open(runner.Header{Number: 1, Total: 9, Name: "NAME", Title: l.Title, Summary: l.Summary})
	for _, setup := range []bool{true, false} {
		s.Step(runner.StepHeader{Number: 1, Total: 3, Setup: setup, Title: l.Steps[0].Title, Why: l.Steps[0].Why, Shell: strings.Repeat("ls\n", 20)})
	}
	s.Expect("The hog inside will slow down to a crawl. That is the limit.")
	s.Work(runner.Work{What: "COPIED", Done: 2, Total: 2, Unit: "FILES"})
	for _, long := range []string{"", strings.Repeat("LONG ", 30)} {
		for _, ok := range []bool{true, false} {
			s.Check(lesson.Check{Name: "ROOT", Want: "A" + long, Got: "B", OK: ok, Control: ok, Hint: "the root needs a shell at /bin/sh"})
		}
	}
	for n, q := range l.Quiz {
		picks, err := s.Ask(t.Context(), n+1, len(l.Quiz), q)
		if err != nil {
			t.Fatal(err)
		}
		s.Graded(q, picks)
	}
	for _, r := range []runner.Result{{Name: "NAME", OK: true, Checks: 1, Asked: 8, Right: 1, Unlocked: "OTHER", Kept: "/DIR", Next: "ls"}, {Name: "NAME", Checks: 2, Refused: 1, Error: "ERROR", Next: "ls"}, {Name: "NAME", Next: "ls"}} {
		s.Close(r)
	}
	s.Scored(runner.Score{Asked: 9, Right: 2, Unable: 3})
	saySubject(s, judge.Found{Lab: "/LAB"})
	saySubject(s, judge.Found{Process: judge.Candidate{PID: 7, Name: "SH"}, Why: "IT WAS NAMED", Lab: "/LAB", Group: "GROUP"})
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "$ ") || strings.HasPrefix(line, "  ls") {
			continue
		}
		for _, word := range small.FindAllString(line, -1) {
			t.Errorf("%q is not translated in %q", word, line)
		}
	}
}
