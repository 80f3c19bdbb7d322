package main

import (
	"fmt"
	"strings"

	"byhand/internal/lesson"
	"byhand/lab/bench"
)

// script is a lesson's commands as one bash script.
func script(l lesson.Lesson, b *bench.Bench) string {
	var s strings.Builder
	fmt.Fprintf(&s, "#!/usr/bin/env bash\n# byhand %s: %s\nset -eu\nPATH=$PATH:/usr/sbin:/sbin\nexport LAB=${LAB:-$(mktemp -d /tmp/byhand.XXXXXX)}\necho \"LAB=$LAB\"\n", l.Name, l.Summary)
	for _, step := range l.All() {
		fmt.Fprintf(&s, "\n# %s\n%s\n", step.Title, strings.TrimRight(step.Shell(b), "\n"))
	}
	s.WriteString("\n# To take it all away again:\n# kill -9 \"$(cat \"$LAB/pid\")\"; rm -rf \"$LAB\"\n")
	return s.String()
}
