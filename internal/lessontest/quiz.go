package lessontest

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/internal/runner"
	"byhand/lab/bench"
)

// Want is what the kernel must say to a question, worked out in another way
// than the question's own.
type Want struct {
	// Number is the answer to a prediction of a number.
	Number func(drawn []int) int
	// Choice is the text of the choice that a prediction must find right.
	Choice string
	// Proof are, for a question whose number is known beforehand, bash commands
	// whose last line is that number.
	Proof func(*bench.Bench) string
	// Tries is how often a proof may miss, where it measures, and Within by how
	// many percent what it measures may differ.
	Tries, Within int
	// Root marks what only root can do everywhere, such as to make a cgroup.
	Root bool
}

// nobody is an ordinary user, of whom root makes itself one.
const nobody = 65534

// Quiz tests a lesson's predictions and numbers against the kernel, each of
// them as who runs the test and, where that is root, as an ordinary user.
func Quiz(t *testing.T, questions []lesson.Question, wants map[string]Want) {
	predictions, known := 0, 0
	for _, q := range questions {
		switch {
		case q.Try != nil:
			predictions++
		case q.Number != nil:
			known++
		default:
			continue
		}
		want, found := wants[q.Key]
		if !found {
			t.Errorf("question %s: nothing says what the kernel must answer", q.Key)
			continue
		}
		t.Run(q.Key, func(t *testing.T) {
			if q.Try == nil {
				prove(t, q, want)
				return
			}
			for _, need := range q.Try.Needs {
				if found := doctor.Examine(t.Context(), need); !found.OK {
					t.Skipf("this machine can't: %s: %s", found.What, found.Got)
				}
			}
			for seed := range uint64(4) {
				b := prepared(t, nil)
				posed := q.Pose(seed)
				settled, err := runner.Try(t.Context(), b, posed)
				if err != nil {
					t.Fatalf("Try = %v", err)
				}
				judge(t, settled, want)
			}
			if os.Geteuid() == 0 && !want.Root {
				b := prepared(t, nil)
				posed := q.Pose(9)
				settled, err := posed.Settle(lesson.Seen{Output: unprivileged(t, b, q.Try.Shell(b, posed.Drawn))})
				if err != nil {
					t.Fatalf("as an ordinary user: %v", err)
				}
				judge(t, settled, want)
			}
		})
	}
	if predictions < 2 || known < 1 {
		t.Errorf("%d predictions and %d numbers known beforehand; want 2 and 1 or more", predictions, known)
	}
}

// judge compares a prediction that was tried out with what it must be.
func judge(t *testing.T, q lesson.Question, want Want) {
	t.Helper()
	if q.Number != nil {
		if number := want.Number(q.Drawn); q.Number.Is != number {
			t.Errorf("with %v the answer is %d; want %d\n%s", q.Drawn, q.Number.Is, number, q.Seen.Output)
		}
		for _, trap := range q.Number.Traps {
			if trap.Is == q.Number.Is {
				t.Logf("with %v the right answer, %d, is a trap for other numbers", q.Drawn, trap.Is)
			}
		}
		return
	}
	for _, c := range q.Choices {
		if c.Right != (c.Text == want.Choice) {
			t.Errorf("choice %q is right: %v; want %q\n%s", c.Text, c.Right, want.Choice, q.Seen.Output)
		}
	}
}

// prove runs the proof of a number that is known beforehand.
func prove(t *testing.T, q lesson.Question, want Want) {
	t.Helper()
	number := *q.Number
	number.Within = max(number.Within, want.Within)
	q.Number = &number
	for try := 1; ; try++ {
		b := prepared(t, nil)
		c := shellCommand(t, b, want.Proof(b))
		out, err := c.CombinedOutput()
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		number, numberErr := strconv.Atoi(lines[len(lines)-1])
		if err == nil && numberErr == nil && q.Right([]int{number}) {
			return
		}
		if try >= want.Tries {
			t.Fatalf("the kernel says %s, %v; want %d", out, err, q.Number.Is)
		}
	}
}

// unprivileged runs a question's commands as an ordinary user.
func unprivileged(t *testing.T, b *bench.Bench, shell string) string {
	t.Helper()
	// The directory of the test's own is root's alone.
	err := errors.Join(os.Chown(b.Dir, nobody, nobody), os.Chmod(filepath.Dir(filepath.Dir(b.Dir)), 0o755))
	if err != nil {
		t.Fatal(err)
	}
	c := shellCommand(t, b, shell)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := c.Output()
	if err != nil {
		t.Fatalf("as an ordinary user: %v\n%s", err, stderr.Bytes())
	}
	return string(out)
}

func shellCommand(t *testing.T, b *bench.Bench, shell string) *exec.Cmd {
	c := exec.CommandContext(t.Context(), "bash", "-eu", "-c", shell)
	c.Dir = b.Dir
	c.Env = append(os.Environ(), "LC_ALL=C", "LAB="+b.Dir, b.Env())
	return c
}
