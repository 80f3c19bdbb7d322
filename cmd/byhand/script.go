package main

import (
	"fmt"
	"strings"

	"byhand/internal/lesson"
	"byhand/lab/bench"
)

// takeAway is the line above the commands that undo a script; they are comments,
// for what was made is to be looked at first.
const takeAway = "# To take it all away again:"

// script is a lesson's commands as one bash script.
func script(l lesson.Lesson, b *bench.Bench) string {
	var s strings.Builder
	fmt.Fprintf(&s, "#!/usr/bin/env bash\n# byhand %s: %s\nset -eu\nPATH=$PATH:/usr/sbin:/sbin\nexport LAB=${LAB:-$(mktemp -d /tmp/byhand.XXXXXX)}\necho \"LAB=$LAB\"\n", l.Name, l.Summary)
	if l.PrepareShell != nil {
		if commands := l.PrepareShell(b); commands != "" {
			fmt.Fprintf(&s, "\n# Ask systemd for a part of the cgroup tree\n%s\n", strings.TrimRight(commands, "\n"))
		}
	}
	for _, step := range l.All() {
		fmt.Fprintf(&s, "\n# %s\n%s\n", step.Title, strings.TrimRight(step.Shell(b), "\n"))
	}
	fmt.Fprintf(&s, "\n%s\n", takeAway)
	for line := range strings.Lines(l.TakeAway(b)) {
		s.WriteString("# " + line)
	}
	return s.String()
}
