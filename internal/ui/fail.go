package ui

import (
	"fmt"
	"io"
	"strings"
)

// Fail writes an error as "byhand: what: why", and each hint on a line of its
// own. The lines are not wrapped, so that they can be searched for.
func Fail(w io.Writer, err error, hints ...string) {
	if err == nil {
		return
	}
	var b strings.Builder
	writeLines(&b, "byhand: ", err.Error())
	for _, hint := range hints {
		writeLines(&b, "  hint: ", hint)
	}
	// Nobody is left to tell where standard error cannot be written.
	_, _ = io.WriteString(w, b.String())
}

// writeLines writes text after a label, further lines of it below its start.
func writeLines(b *strings.Builder, label, text string) {
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		fmt.Fprintf(b, "%s%s\n", label, clean(line))
		label = strings.Repeat(" ", len(label))
	}
}
