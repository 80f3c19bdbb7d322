package lessontest

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/internal/runner"
	"byhand/lab/bench"
)

// Saboteur does a step wrongly.
type Saboteur struct {
	// Name says what it leaves out.
	Name string
	// Do stands in for the step's.
	Do func(context.Context, *bench.Bench) error
	// Says is part of the check's name or hint by which it is refused.
	Says string
	// Root marks one that only root can do, such as leaving out the user namespace.
	Root bool
}

// Nothing is the saboteur of every step: it does not do it.
func Nothing(context.Context, *bench.Bench) error { return nil }

// Laws tests a lesson, step by step. The saboteurs are by the step's title;
// each step of the lesson's own needs at least one.
func Laws(t *testing.T, l lesson.Lesson, saboteurs map[string][]Saboteur) {
	if err := l.Validate(); err != nil {
		t.Fatal(err)
	}
	ready(t, l)
	all := l.All()
	// As a learner types them: in one bench, each step on top of those before.
	t.Run("accepted after the shell", func(t *testing.T) {
		b := prepared(t, nil)
		for _, s := range all {
			shell(t, s, b)
		}
	})
	for i, s := range all {
		t.Run(s.Title, func(t *testing.T) {
			t.Run("refused before, accepted after Do", func(t *testing.T) {
				b := prepared(t, all[:i])
				refused(t, s, b, "")
				do(t, s, b)
			})
			if i >= len(l.Setup) && len(saboteurs[s.Title]) == 0 {
				t.Errorf("step %q has no saboteur", s.Title)
			}
			for _, saboteur := range saboteurs[s.Title] {
				t.Run("sabotage: "+saboteur.Name, func(t *testing.T) {
					if saboteur.Root && os.Geteuid() != 0 {
						t.Skip("it takes root to do this wrongly")
					}
					b := prepared(t, all[:i])
					if err := saboteur.Do(t.Context(), b); err != nil {
						t.Fatalf("the saboteur failed at its own work: %v", err)
					}
					refused(t, s, b, saboteur.Says)
				})
			}
		})
	}
}

// ready skips the test where the machine can't run the lesson, and prepares
// this process for it.
func ready(t *testing.T, l lesson.Lesson) {
	t.Helper()
	for _, need := range l.Needs {
		if found := doctor.Examine(t.Context(), need); !found.OK {
			if found.What == "unknown need" {
				t.Fatalf("need %q is unknown", need)
			}
			t.Skipf("this machine can't: %s: %s", found.What, found.Got)
		}
	}
	if l.Prepare != nil {
		if err := l.Prepare(t.Context(), &bench.Bench{}); err != nil {
			t.Fatalf("Prepare = %v", err)
		}
	}
}

// prepared is a bench on which the steps are done. When the test ends it is
// destroyed, and nothing of it may be left.
func prepared(t *testing.T, steps []lesson.Step) *bench.Bench {
	t.Helper()
	dir := t.TempDir()
	// Other users' processes must reach it.
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	before := census()
	b, err := bench.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		namespaces := namespacesOf(before)
		if err := b.Destroy(context.Background()); err != nil {
			t.Errorf("Destroy = %v", err)
		}
		for _, left := range remains(b, before, namespaces) {
			t.Errorf("left after Destroy: %s", left)
		}
	})
	for _, s := range steps {
		do(t, s, b)
	}
	return b
}

func do(t *testing.T, s lesson.Step, b *bench.Bench) {
	t.Helper()
	if err := s.Do(t.Context(), b); err != nil {
		t.Fatalf("step %q: Do = %v", s.Title, err)
	}
	accepted(t, s, b)
}

func shell(t *testing.T, s lesson.Step, b *bench.Bench) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "bash", "-eu", "-c", s.Shell(b))
	c.Env = append(os.Environ(), "LAB="+b.Dir, "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin")
	// What the script leaves standing may hold the output open.
	c.WaitDelay = time.Second
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("step %q: its shell commands: %v\n%s", s.Title, err, out)
	}
	accepted(t, s, b)
}

// patience is how long a step may take to show in an emulated machine on a busy
// one, where a law is about what was done, and not how fast.
const patience = time.Minute

func accepted(t *testing.T, s lesson.Step, b *bench.Bench) {
	t.Helper()
	checks, err := runner.SettleWithin(t.Context(), patience, s, b)
	if err != nil {
		t.Fatalf("step %q: Verify = %v", s.Title, err)
	}
	if !lesson.Passed(checks) {
		t.Fatalf("step %q: Verify refuses: %+v", s.Title, checks)
	}
}

// refused wants Verify to find a fault, and to say what it is about.
func refused(t *testing.T, s lesson.Step, b *bench.Bench, says string) {
	t.Helper()
	checks, err := s.Verify(t.Context(), b)
	if err != nil {
		t.Fatalf("step %q: Verify = %v; want a refused check", s.Title, err)
	}
	if lesson.Passed(checks) {
		t.Fatalf("step %q: Verify accepts: %+v", s.Title, checks)
	}
	for _, c := range checks {
		if !c.OK && c.Hint != "" && strings.Contains(c.Name+" "+c.Hint, says) {
			return
		}
	}
	t.Errorf("step %q: the refusal does not speak of %q: %+v", s.Title, says, checks)
}
