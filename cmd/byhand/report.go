package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	osuser "os/user"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"byhand/internal/kernel"
	"byhand/internal/report"
	"byhand/internal/ui"
)

// reportFlags are report's.
type reportFlags struct {
	json, markdown                bool
	name, verify, class, htmlFile string
}

func newReport() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use: "report", Short: "report what you have done, for handing in; check reports", Args: usage(cobra.NoArgs),
		Long: `Reports the lessons done with the evidence that was seen, the quizzes, hints and
skips, the machine and its kernel.

--verify FILE checks a report in JSON or Markdown: its form, and that each step of
each lesson done has its checks. What is wrong or missing is said, and the status
is then 1. A report proves no honesty: who can run byhand can also write a file.

--class DIR makes one table of the reports in a folder, the files that end in
.json or .md. A damaged one is named, and the others are shown all the same.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return &exit{code: exitUsage, err: err, hints: []string{c.CommandPath() + " --help"}}
			}
			a, err := open(c.Context())
			if err != nil {
				return err
			}
			switch {
			case f.verify != "":
				return a.verify(c, f.verify)
			case f.class != "":
				return a.class(c, f)
			}
			return a.report(c, f)
		},
	}
	c.Flags().BoolVar(&f.json, "json", false, "as JSON")
	c.Flags().BoolVar(&f.markdown, "markdown", false, "as Markdown, which holds the JSON too")
	c.Flags().StringVar(&f.name, "name", "", "whose report it is (default: your user's name)")
	c.Flags().StringVar(&f.verify, "verify", "", "check the report in `FILE`")
	c.Flags().StringVar(&f.class, "class", "", "one table of the reports in `DIR`")
	c.Flags().StringVar(&f.htmlFile, "html", "", "with --class: write the table to `FILE`, a page of its own")
	return c
}

// check refuses flags that don't go together.
func (f reportFlags) check() error {
	forms := 0
	for _, set := range []bool{f.json, f.markdown, f.htmlFile != ""} {
		if set {
			forms++
		}
	}
	switch {
	case forms > 1:
		return errors.New("--json, --markdown and --html: one of them")
	case f.htmlFile != "" && f.class == "":
		return errors.New("--html: it goes with --class")
	case f.verify != "" && (f.class != "" || forms > 0 || f.name != ""):
		return errors.New("--verify: it goes with no other flag")
	case f.class != "" && f.name != "":
		return errors.New("--class and --name: one of them")
	}
	return nil
}

// report writes the learner's own.
func (a *app) report(c *cobra.Command, f reportFlags) error {
	state, err := a.load()
	if err != nil {
		return err
	}
	r := report.New(a.course, state)
	r.Made, r.Byhand, r.Learner = time.Now().UTC().Truncate(time.Second), version, f.name
	if r.Learner == "" {
		r.Learner = a.userName()
	}
	if r.Machine, err = thisMachine(); err != nil {
		return err
	}
	switch {
	case f.json:
		text, err := r.JSON()
		if err == nil {
			_, err = c.OutOrStdout().Write(text)
		}
		return err
	case f.markdown:
		text, err := r.Markdown()
		if err == nil {
			_, err = fmt.Fprint(c.OutOrStdout(), text)
		}
		return err
	}
	rows := [][]ui.Cell{a.heads("lesson", "done", "checks", "quiz", "known", "hints", "skips")}
	for _, l := range r.Lessons {
		done := ui.Locked.Of(a.texts.Text("no"))
		if l.Earned() {
			done = ui.Done.Of(l.Done.Local().Format("2006-01-02"))
		}
		rows = append(rows, []ui.Cell{ui.Plain.Of(l.Name), done, ui.Plain.Of(strconv.Itoa(len(l.Evidence))),
			ui.Plain.Of(fmt.Sprintf("%d/%d", l.Quiz.Right, l.Quiz.Asked)), ui.Plain.Of(fmt.Sprintf("%d/%d", l.Known, l.Questions)),
			ui.Plain.Of(strconv.Itoa(l.HintCount())), ui.Plain.Of(strings.Join(l.Skips, "; "))})
	}
	if err := ui.Columns(c.OutOrStdout(), ui.Look(nil, c.OutOrStdout(), nil), rows); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "\n%s, Linux %s, cgroups %s, byhand %s\n%s: byhand report --markdown >report.md\n",
		r.Learner, r.Machine.Kernel, r.Machine.Cgroups, r.Byhand, a.texts.Text("to hand in"))
	return err
}

// heads are those of a table's columns.
func (a *app) heads(english ...string) []ui.Cell {
	var cells []ui.Cell
	for _, head := range english {
		cells = append(cells, ui.Strong.Of(a.texts.Text(head)))
	}
	return cells
}

// userName is the name of whose progress it is, or the number.
func (a *app) userName() string {
	id := strconv.Itoa(a.user.UID)
	if u, err := osuser.LookupId(id); err == nil {
		return u.Username
	}
	return "user " + id
}

// thisMachine says where a report is made.
func thisMachine() (report.Machine, error) {
	release, err := kernel.Release()
	if err != nil {
		return report.Machine{}, err
	}
	m := report.Machine{Kernel: release, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(), Cgroups: "none"}
	all, err := kernel.Hierarchies(0)
	if err != nil {
		return m, err
	}
	var versions []string
	for _, h := range all {
		if v := fmt.Sprintf("v%d", h.Version); !slices.Contains(versions, v) {
			versions = append(versions, v)
		}
	}
	if slices.Sort(versions); len(versions) > 0 {
		m.Cgroups = strings.Join(versions, " and ")
	}
	return m, nil
}

// verify judges a report.
func (a *app) verify(c *cobra.Command, file string) error {
	r, err := report.Read(file)
	if err != nil {
		return err
	}
	v := r.Verify(a.course, time.Now())
	out, term := c.OutOrStdout(), ui.Look(nil, c.OutOrStdout(), nil)
	rows := [][]ui.Cell{}
	for _, fault := range v.Faults {
		rows = append(rows, []ui.Cell{ui.Error.Of(a.texts.Text("fault")), ui.Plain.Of(fault)})
	}
	for _, name := range v.Unjudged {
		rows = append(rows, []ui.Cell{ui.Warn.Of(a.texts.Text("not judged")), ui.Plain.Of("lesson " + name + ", which this byhand does not know")})
	}
	said := fmt.Sprintf("%s of %s: %s done, %s", file, r.Learner, report.Count(v.Lessons, "lesson"), report.Count(v.Checks, "check"))
	if len(v.Faults) == 0 {
		rows = append(rows, []ui.Cell{ui.Done.Of(a.texts.Text("complete")), ui.Plain.Of(said)})
	}
	rows = append(rows, []ui.Cell{ui.Dim.Of(a.texts.Text("note")), ui.Dim.Of(a.texts.Text(report.Limits))})
	if err := ui.Columns(out, term, rows); err != nil {
		return err
	}
	if len(v.Faults) > 0 {
		return fmt.Errorf("%s: the report is not complete: %s", file, report.Count(len(v.Faults), "fault"))
	}
	return nil
}

// class shows a folder of reports.
func (a *app) class(c *cobra.Command, f reportFlags) error {
	class, err := report.ReadClass(f.class, a.course, time.Now())
	if err != nil {
		return fmt.Errorf("--class: %w", err)
	}
	out := c.OutOrStdout()
	switch {
	case f.json:
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(class)
	case f.markdown:
		_, err := fmt.Fprint(out, class.Markdown())
		return err
	case f.htmlFile != "":
		return writePage(f.htmlFile, class)
	}
	rows := [][]ui.Cell{a.heads("learner", "lessons", "quiz", "hints", "skips", "evidence", "file")}
	for _, r := range class.Learners {
		verdict := ui.Done
		if len(r.Faults) > 0 {
			verdict = ui.Warn
		}
		t := r.Totals
		rows = append(rows, []ui.Cell{ui.Plain.Of(r.Learner), ui.Plain.Of(fmt.Sprintf("%d/%d", t.Lessons, t.Of)), ui.Plain.Of(fmt.Sprintf("%d/%d", t.Right, t.Asked)),
			ui.Plain.Of(strconv.Itoa(t.Hints)), ui.Plain.Of(strconv.Itoa(t.Skips)), verdict.Of(r.Verdict()), ui.Plain.Of(r.File)})
	}
	term := ui.Look(nil, out, nil)
	if err := ui.Columns(out, term, rows); err != nil {
		return err
	}
	rows = nil
	for _, d := range class.Damaged {
		rows = append(rows, []ui.Cell{ui.Error.Of(a.texts.Text("damaged")), ui.Plain.Of(d.File), ui.Plain.Of(d.Reason)})
	}
	return ui.Columns(out, term, rows)
}

// writePage writes the class's page to a file.
func writePage(path string, class report.Class) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return class.HTML(file)
}
