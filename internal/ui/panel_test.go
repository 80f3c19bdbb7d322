package ui

import (
	"strings"
	"testing"

	"byhand/internal/guide"
	"byhand/internal/lesson"
	"byhand/internal/runner"
)

func TestPanelLinesFit(t *testing.T) {
	s := guide.State{Lesson: "chroot", Header: runner.StepHeader{Number: 2, Total: 3, Title: "Make it the root of a new process"}, Checks: []lesson.Check{
		{Name: "the link root in /proc/PID", Want: "/a", Got: strings.Repeat("/a", 60), OK: true},
		{Name: "the link cwd in /proc/PID", Want: "/a", Got: "/home", Hint: strings.Repeat("the working directory was left outside ", 20)},
	}}
	for _, width := range []int{40, 80, 120} {
		lines := Terminal{Width: width}.panelLines(s, width, panelRows)
		if len(lines) != panelRows {
			t.Errorf("at %d columns the panel has %d lines; want %d", width, len(lines), panelRows)
		}
		for _, line := range lines {
			if cols(line) > width {
				t.Errorf("at %d columns line %q has %d", width, line, cols(line))
			}
		}
		all := strings.Join(lines, "\n")
		for _, want := range []string{"step 2 of 3", "1 of 2 checks", "-- the link cwd", "skip"} {
			if !strings.Contains(all, want) {
				t.Errorf("at %d columns the panel is %q; want %q in it", width, all, want)
			}
		}
	}
}
