package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/mattn/go-runewidth"

	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lessons"
)

// The widths of the terminals, in columns.
const (
	narrow = 40
	wide   = 300
)

// seed is that of the quizzes read here.
const seed = 7

// An output is where byhand's words go, and the escape sequences allowed there.
type output struct {
	name    string
	env     []string
	pipe    bool
	escapes *regexp.Regexp
}

var outputs = []output{
	// A cursor may move where there is no colour: CR with EL, and DECTCEM.
	{"NO_COLOR", []string{"NO_COLOR=1"}, false, regexp.MustCompile(`\r?\x1b\[K|\x1b\[\?25h`)},
	{"dumb", []string{"TERM=dumb"}, false, nil},
	{"pipe", nil, true, nil},
}

// TestNarrow reads each lesson, quiz and all, on a narrow terminal and in a
// pipe: no line is too long, no escape sequence is where it can't be obeyed,
// and the words are those of a wide pipe.
func TestNarrow(t *testing.T) {
	for _, l := range lessons.Syllabus() {
		if !slices.Contains(quick, l.Name) {
			continue // its measurements come out in other words each time
		}
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			home := unlocked(t)
			// With a seed, so that the quiz is the same each time.
			args := []string{l.Name, "--seed", strconv.Itoa(seed)}
			want := wordsOf(transcript(t, home, output{pipe: true}, wide, args...))
			for _, p := range outputs {
				text := transcript(t, home, p, narrow, args...)
				checkLines(t, p, text, verbatim(t, text, l))
				if got := wordsOf(text); got != want {
					at := firstDifference(got, want)
					t.Errorf("%s: the text goes on with %.60q; want, as in a wide pipe, %.60q", p.name, got[at:], want[at:])
				}
			}
		})
	}
}

// TestNarrowTables wants the same of what the commands say that are no lessons.
func TestNarrowTables(t *testing.T) {
	t.Parallel()
	home := filepath.Join(t.TempDir(), "home")
	for _, args := range [][]string{nil, {"list"}, {"doctor"}} {
		for _, p := range outputs {
			text := transcript(t, home, p, narrow, args...)
			checkLines(t, p, text, nil)
			want := wordsOf(transcript(t, home, p, wide, args...))
			if got := wordsOf(text); got != want {
				at := firstDifference(got, want)
				t.Errorf("byhand %q, %s: the text goes on with %.60q; want, as where it is wide, %.60q", args, p.name, got[at:], want[at:])
			}
		}
	}
}

// transcript runs byhand to a good end to an output so wide, and returns all that it said.
func transcript(t *testing.T, home string, p output, columns int, args ...string) string {
	t.Helper()
	c := byhand(t, home, args...)
	c.Env = append(c.Env, append(p.env, fmt.Sprint("COLUMNS=", columns))...)
	if p.pipe {
		c.Stdin = strings.NewReader(strings.Repeat("1\n", 50))
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("byhand %q in a pipe = %v; want success\n%s", args, err, out)
		}
		return string(out)
	}
	x := onTerminal(t, 24, columns, c)
	x.attend("the end", x.hasEnded)
	if got := c.ProcessState.ExitCode(); got != 0 {
		t.Fatalf("byhand %q on a terminal ended with status %d; want 0; shown: %q", args, got, x.end())
	}
	return x.text()
}

// checkLines wants each line short enough, unless it must stay as it is, and
// without the sequences that the output does not allow.
func checkLines(t *testing.T, p output, text string, verbatim map[string]bool) {
	t.Helper()
	width := runewidth.Condition{StrictEmojiNeutral: true}
	if p.escapes != nil {
		// What a line held before it was erased must have fitted, too.
		text = p.escapes.ReplaceAllString(text, "\n")
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if i := strings.IndexFunc(line, unicode.IsControl); i >= 0 {
			t.Errorf("%s: line %q has control character %q; want none", p.name, line, line[i])
		}
		if n := width.StringWidth(line); n > narrow && !verbatim[line] {
			t.Errorf("%s: line %q is %d columns wide; want at most %d", p.name, line, n, narrow)
		}
	}
}

// verbatim are the lines of a lesson that are not wrapped: shell commands,
// which are there to be copied, and the prose's drawings. Every command
// that the lesson teaches must stand in the text byte for byte; those of a
// setup may be told briefly.
func verbatim(t *testing.T, text string, l lesson.Lesson) map[string]bool {
	lab := benches(text)
	if len(lab) != 1 {
		t.Fatalf("benches %q were named; want one", lab)
	}
	lines := map[string]bool{"$ export LAB=" + lab[0]: true}
	for i, s := range l.All() {
		script := s.Shell(&bench.Bench{ID: filepath.Base(lab[0]), Dir: lab[0], Source: "host"})
		mark := "$ "
		for line := range strings.Lines(strings.Trim(script, "\n")) {
			if line = strings.TrimSuffix(line, "\n"); line == "" {
				continue
			}
			if i >= len(l.Setup) && !strings.Contains(text, "\n"+mark+line+"\n") {
				t.Fatalf("the command %q is not shown byte for byte", line)
			}
			lines[mark+line] = true
			mark = "  "
		}
	}
	for _, q := range l.Quiz {
		if q.Try == nil {
			continue
		}
		mark := "$ "
		for line := range strings.Lines(q.Try.Shell(&bench.Bench{}, q.Pose(seed).Drawn)) {
			lines[mark+strings.TrimSuffix(line, "\n")] = true
			mark = "  "
		}
	}
	drawn := false
	for line := range strings.Lines(l.Prose) {
		if strings.HasPrefix(line, "```") {
			drawn = !drawn
		}
		if drawn {
			lines[strings.TrimSuffix(line, "\n")] = true
		}
	}
	return lines
}

var (
	pauses   = regexp.MustCompile(`press\s+Enter\s+to\s+(go|read)\s+on`)
	erased   = regexp.MustCompile(`[^\n\r]*\r\x1b\[K`)
	escape   = regexp.MustCompile(`\x1b\[[?0-9;]*[A-Za-z]`)
	notWords = regexp.MustCompile(`[^a-zA-Z]+`)
	notIDs   = regexp.MustCompile(`[^a-zA-Z0-9]+`)
)

// words are the letters of a text alone, without what depends on the line's
// length, on chance, and on somebody being there to press Enter.
func wordsOf(text string) string {
	lab := benches(text)
	text = erased.ReplaceAllString(text, "")
	text = escape.ReplaceAllString(text, "")
	text = notIDs.ReplaceAllString(pauses.ReplaceAllString(text, ""), "")
	for _, dir := range lab {
		text = strings.ReplaceAll(text, filepath.Base(dir), "")
	}
	return notWords.ReplaceAllString(text, "")
}

func firstDifference(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// TestPlainOfEveryCommand runs commands of every kind on a terminal, right ones
// and wrong ones, and wants lines of words: nothing that moves a cursor or draws.
func TestPlainOfEveryCommand(t *testing.T) {
	t.Parallel()
	home := unlocked(t)
	report := filepath.Join(t.TempDir(), "reports", "ann.json")
	if err := os.Mkdir(filepath.Dir(report), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(report, []byte(succeed(t, home, "report", "--json")), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{
		"", "list", "help", "doctor", "quiz chroot --answers 1,-,2", "review --answers 1", "notes chroot", "chroot --print", "xray", "xray 1",
		"report", "report --verify " + report, "report --verify /nowhere", "report --class " + filepath.Dir(report), "report --class " + filepath.Dir(report) + " --markdown",
		"check unshare", "lab --help", "lab ps", "quiz nothing", "xray --pid none", "nothing", "clean", "version",
	} {
		t.Run(words, func(t *testing.T) {
			x := onTerminal(t, 24, 80, byhand(t, home, append([]string{"--plain"}, strings.Fields(words)...)...))
			x.status(x.patience)
			drawn := func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || r >= 0x2500 && r <= 0x25ff) }
			for line := range strings.Lines(x.text()) {
				if strings.IndexFunc(line, drawn) >= 0 {
					t.Errorf("line %q; want words only", line)
				}
			}
			if x.text() == "" && words != "clean" {
				t.Error("nothing was shown")
			}
		})
	}
}
