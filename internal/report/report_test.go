package report

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"byhand/internal/lesson"
	"byhand/internal/progress"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// course has two lessons, the first of two steps.
func course() []lesson.Lesson {
	return []lesson.Lesson{
		{
			Name: "one", Title: "The first", Setup: []lesson.Step{{Title: "Gather"}}, Steps: []lesson.Step{{Title: "Enter"}},
			Quiz: []lesson.Question{{Key: "a"}, {Key: "b"}},
		},
		{Name: "two", Title: "The second", Steps: []lesson.Step{{Title: "Leave"}}},
	}
}

// done is a report of one who has done the first lesson.
func done() Report {
	done := noon.Add(-time.Hour)
	r := Report{
		Version: Version, Learner: "Ann | <i>", Made: noon, Byhand: "1", Machine: Machine{Kernel: "6.1", Arch: "amd64", CPUs: 2, Cgroups: "v2"},
		Lessons: []Lesson{
			{
				Name: "one", Title: "The first", Done: &done, How: progress.Did, Byhand: "1", Kernel: "6.1", Questions: 2, Known: 1,
				Evidence: []progress.Evidence{{Step: "Gather", Check: "files", Want: "3", Got: "3"}, {Step: "Enter", Check: "root `x` </script>", Want: "``", Got: "a\n```\nb"}},
				Quiz:     progress.Quiz{Asked: 2, Right: 1, When: noon}, Hints: []progress.Hint{{Step: "Enter", Count: 2, Command: true}}, Skips: []string{"a | b"},
			},
			{Name: "two", Title: "The second"},
		},
	}
	r.Sum = r.sum()
	return r
}

func TestNew(t *testing.T) {
	store := progress.Store{Dir: t.TempDir()}
	state, _, err := store.Load()
	if err != nil {
		t.Fatal(err)
	}
	record := progress.Record{Done: noon, How: progress.ByHand, Hints: []progress.Hint{{Step: "Enter", Count: 3}}}
	record.Answer("a", true, noon)
	record.Answer("b", false, noon)
	record.Answer("gone", true, noon)
	if err := state.Put("one", record); err != nil {
		t.Fatal(err)
	}
	if err := state.Unlock("two", noon); err != nil {
		t.Fatal(err)
	}
	r := New(course(), state)
	one, two := r.Lessons[0], r.Lessons[1]
	if !one.Earned() || one.Known != 1 || one.Questions != 2 || one.HintCount() != 3 || two.Earned() {
		t.Errorf("New = %+v; want the first lesson earned, with 1 of 2 known and 3 hints, and the second not", r.Lessons)
	}
}

func TestRead(t *testing.T) {
	want := done()
	markdown, err := want.Markdown()
	if err != nil {
		t.Fatal(err)
	}
	data, err := want.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"a.json": string(data), "a.md": markdown} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := Read(path)
		if err != nil {
			t.Errorf("Read(%s) = %v", name, err)
			continue
		}
		if v := got.Verify(course(), noon); len(v.Faults) > 0 || v.Lessons != 1 || v.Checks != 2 {
			t.Errorf("Verify of %s = %+v; want one lesson, two checks, no fault", name, v)
		}
	}
	for text, says := range map[string]string{
		"":                                "damaged",
		string(data[:len(data)/2]):        "damaged",
		markdown[:len(markdown)-20]:       "cut short",
		"{}":                              "no member byhand-report",
		`{"byhand-report": 7}`:            "reads form 1",
		`{"byhand-report": 1}`:            "whose",
		`{"byhand-report": "x"}`:          "damaged",
		`[1]`:                             "damaged",
		"# nothing\n" + fence + "{]\n```": "damaged",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("Parse(%.40q) = %v; want %q", text, err, says)
		}
	}
	if _, err := Read(t.TempDir()); err == nil {
		t.Error("Read of a directory succeeded")
	}
}

func TestVerify(t *testing.T) {
	late := noon.Add(time.Minute)
	for _, test := range []struct {
		name   string
		change func(*Report)
		// resum makes the sum fit again, as one would who changes it knowingly.
		resum bool
		says  string
	}{
		{"changed", func(r *Report) { r.Lessons[0].Quiz.Right = 2 }, false, "the sum does not fit"},
		{"a step without checks", func(r *Report) { r.Lessons[0].Evidence = r.Lessons[0].Evidence[:1] }, true, `lesson one, step "Enter": no check`},
		{"a setup without checks", func(r *Report) { r.Lessons[0].Evidence = r.Lessons[0].Evidence[1:] }, true, `lesson one, step "Gather": no check`},
		{"a check of nothing", func(r *Report) { r.Lessons[0].Evidence[1].Check = "" }, true, "not what was looked at"},
		{"done without evidence", func(r *Report) { r.Lessons[1].Done, r.Lessons[1].How = r.Lessons[0].Done, progress.ByHand }, true, `lesson two, step "Leave"`},
		{"done somehow", func(r *Report) { r.Lessons[0].How = "dreamt" }, true, `"dreamt"`},
		{"done after the report", func(r *Report) { r.Lessons[0].Done = &late }, true, "after the report was made"},
		{"no kernel", func(r *Report) { r.Machine.Kernel = "" }, true, "which kernel"},
		{"made in the future", func(r *Report) { r.Made = noon.Add(48 * time.Hour) }, true, "it says that it was made"},
		{"twice", func(r *Report) { r.Lessons = append(r.Lessons, r.Lessons[0]) }, true, "there twice"},
		{"one left out", func(r *Report) { r.Lessons = r.Lessons[:1] }, true, "lesson two is not in it"},
		{"more right than asked", func(r *Report) { r.Lessons[0].Quiz.Right = 9 }, true, "9 of 2"},
		{"unlocked needs none", func(r *Report) { r.Lessons[1].Done, r.Lessons[1].How = r.Lessons[0].Done, progress.Unlocked }, true, ""},
		{"a later byhand's lesson", func(r *Report) { r.Lessons = append(r.Lessons, Lesson{Name: "three"}) }, true, ""},
	} {
		r := done()
		r.Lessons[0].Evidence = slices.Clone(r.Lessons[0].Evidence)
		test.change(&r)
		if test.resum {
			r.Sum = r.sum()
		}
		v := r.Verify(course(), noon)
		all := strings.Join(v.Faults, "\n")
		if (all == "") != (test.says == "") || !strings.Contains(all, test.says) {
			t.Errorf("%s: Verify finds %q; want %q", test.name, all, test.says)
		}
		if wantUnjudged := test.name == "a later byhand's lesson"; (len(v.Unjudged) > 0) != wantUnjudged {
			t.Errorf("%s: not judged: %q", test.name, v.Unjudged)
		}
	}
}

func TestClass(t *testing.T) {
	dir := t.TempDir()
	good, err := done().Markdown()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"b.md": good, "a<script>.json": "{", "c.json": strings.Replace(string(mustJSON(t)), `"right": 1`, `"right": 2`, 1), "notes.txt": "no report", ".hidden.json": "{"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := ReadClass(dir, course(), noon)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Learners) != 2 || len(c.Damaged) != 1 || c.Damaged[0].File != "a<script>.json" {
		t.Fatalf("ReadClass = %+v; want two learners, and a damaged file", c)
	}
	if got := []string{c.Learners[0].Verdict(), c.Learners[1].Verdict(), c.Learners[0].Cells[0], c.Learners[0].Cells[1]}; !slices.Equal(got, []string{"complete", "1 fault", "done 1/2", "-"}) {
		t.Errorf("the rows say %q", got)
	}
	var page bytes.Buffer
	if err := c.HTML(&page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Ann | &lt;i&gt;", "a&lt;script&gt;.json: it is no report", "done 1/2", "the sum does not fit", "not honesty"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page does not hold %q:\n%s", want, &page)
		}
	}
	for _, bad := range []string{"<i>", "<script", "http:", "https:", "src=", "@import"} {
		if strings.Contains(page.String(), bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	markdown := c.Markdown()
	for _, want := range []string{`| Ann \| &lt;i&gt; | b.md | 1/2 | 1/2 | 2 | 1 | complete | done 1/2 | - |`, "a&lt;script&gt;.json could not be read"} {
		if !strings.Contains(markdown, want) {
			t.Errorf("the Markdown does not hold %q:\n%s", want, markdown)
		}
	}
}

func mustJSON(t *testing.T) []byte {
	t.Helper()
	data, err := done().JSON()
	if err != nil {
		t.Fatal(err)
	}
	return data
}
