package ui

import (
	"fmt"
	"strings"

	"byhand/internal/lesson"
	"byhand/lab/sys"
)

// Call shows a system call as strace(1) writes it, after the kernel's mark; a
// call that was refused has "! " before it.
func (p *people) Call(c sys.Call) {
	p.show(kindDoing, func(t Terminal) string {
		return strings.Join(t.call(c), "\n") + "\n"
	})
}

// call renders a system call after the kernel's mark.
func (t Terminal) call(c sys.Call) []string {
	mark, indent := t.voice(t.say("kernel"))
	var body []span
	if c.PID != 0 {
		body = append(body, span{fmt.Sprintf("[pid %d] ", c.PID), Dim})
	}
	role := Plain
	if c.Failed() {
		role = Warn
		body = append(body, span{"! ", Warn})
	}
	body = append(body, span{clean(c.String()), role})
	return linesOf(t.hang(t.columns(), span{mark, roleKernel}, span{indent, roleKernel}, body))
}

// voice returns the marks of a voice on its first line and on those below.
func (t Terminal) voice(name string) (mark, indent string) {
	switch {
	case t.Plain:
		return name + ": ", "  "
	case t.narrow():
		return name + " " + t.bar() + " ", t.bar() + " "
	}
	return name + " " + t.bar() + " ", strings.Repeat(" ", cols(name)+1) + t.bar() + " "
}

// Check shows what the kernel must show and what it showed: on one line where
// that fits, else each on lines of its own.
func (p *people) Check(c lesson.Check) {
	p.show(kindCheck, func(t Terminal) string {
		verdict := t.passed(c.OK)
		name := plain(clean(c.Name))
		if c.Control {
			name = append([]span{{t.label("control"), Dim}}, name...)
		}
		want, got := cleanLines(c.Want), cleanLines(c.Got)
		one := append(append([]span(nil), name...),
			span{"  " + t.label("want"), Dim}, span{want, Plain}, span{"  " + t.label("got"), Dim}, span{got, Plain})
		indent := span{text: strings.Repeat(" ", cols(verdict.text))}
		var text string
		if cols(verdict.text)+spanCols(one) <= t.prose() && !strings.Contains(want+got, "\n") {
			text = t.hang(t.prose(), verdict, indent, one)
		} else {
			text = t.hang(t.prose(), verdict, indent, name) +
				t.labelled(4, span{pad(t.label("want"), cols(t.label("want")), cols(t.label("got"))), Dim}, plain(want)) +
				t.labelled(4, span{pad(t.label("got"), cols(t.label("got")), cols(t.label("want"))), Dim}, plain(got))
		}
		if !c.OK {
			text += t.hint(c.Hint)
		}
		return text
	})
}

// passed is the verdict on a check, in front of it.
func (t Terminal) passed(ok bool) span {
	yes, no := t.say("ok"), t.say("NO")
	width := max(cols(yes), cols(no)) + 2
	if ok {
		return span{pad(yes, cols(yes), width), Done}
	}
	return span{pad(no, cols(no), width), Error}
}

// hint renders what to do about a refusal. A line of it that begins with "$ "
// is a command, which is not wrapped, so that it can be copied.
func (t Terminal) hint(hint string) string {
	var text string
	label := t.label("hint")
	for _, line := range strings.Split(strings.TrimSpace(cleanLines(t.say(hint))), "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			continue
		case strings.HasPrefix(line, "$ "):
			text += "    $ " + t.paint(Command, line[len("$ "):]) + "\n"
			continue
		}
		text += t.labelled(4, span{label, Warn}, plain(line))
		label = strings.Repeat(" ", cols(label))
	}
	return text
}
