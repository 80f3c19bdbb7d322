package ui

import (
	"fmt"
	"strings"

	"byhand/internal/lesson"
	"byhand/internal/runner"
	"byhand/lab/sys"
)

const (
	// pageMargin is left free on both sides of a page.
	pageMargin = 2
	// pageFrame are the lines of a page that are not its body: head, rule, an
	// empty line, the body's name, an empty line; status, rule, foot.
	pageFrame = pageHead + pageFoot
	pageHead  = 5
	pageFoot  = 3
	// The least size on which a page is a page.
	minPageWidth, minPageHeight = 40, 12
)

// inner is the terminal that a page's body sees: without margins.
func (t Terminal) inner() Terminal {
	t.Width = min(t.columns()-2*pageMargin, proseWidth)
	t.Height = max(t.Height-pageFrame, 1)
	return t
}

// pages cuts a sheet's body to pages of the terminal's height. A page begins
// with the command or the paragraph that did not fit whole, if that is short.
func (s sheet) pages(t Terminal) [][]string {
	in := t.inner()
	lines := s.body(in)
	var all [][]string
	for len(lines) > in.Height {
		end := in.Height
		for i := end; i > in.Height*2/3; i-- {
			if lines[i] == "" {
				end = i
				break
			}
		}
		all = append(all, lines[:end])
		for lines = lines[end:]; len(lines) > 0 && lines[0] == ""; {
			lines = lines[1:]
		}
	}
	if len(lines) > 0 || all == nil {
		all = append(all, lines)
	}
	return all
}

// page lays out a whole screen, never higher or wider than the terminal.
func (p *Projector) page(t Terminal, s sheet, n, total int) []string {
	head := fmt.Sprintf("byhand %s: %s", clean(p.header.Name), t.lesson(p.header.Title))
	if p.mark != "" {
		head = p.mark
	}
	name := pageName(t.heading(s.name), n, total)
	keys := t.say("Space: on   b: back   q: quit")
	if p.opts.Pace > 0 {
		keys = t.say(fmt.Sprintf("a page every %v   q: quit", p.opts.Pace))
	}
	lines := []string{t.paint(Dim, cut(head, t.columns())), t.paint(Dim, t.rule(t.columns())), "",
		"  " + t.paint(Strong, cut(name, t.columns()-2*pageMargin)), ""}
	lines = append(lines, prefixed("  ", "  ", s.pages(t)[n])...)
	for len(lines) < t.Height-3 {
		lines = append(lines, "")
	}
	return append(lines, "  "+cut(p.status, t.columns()-2*pageMargin), t.paint(Dim, t.rule(t.columns())), t.paint(Dim, cut(keys, t.columns()-1)))
}

// cut cuts a line that must not wrap.
func cut(s string, width int) string { return measure().Truncate(s, width, "...") }

// stepBody is a step's page before it is made: why, and the command.
func (t Terminal) stepBody(h runner.StepHeader, expect string) []string {
	lines := append(t.lines(plain(t.lesson(h.Why)), t.columns()), "")
	lines = append(lines, t.command(h.Shell)...)
	if expect != "" {
		lines = append(lines, "")
		lines = append(lines, linesOf(t.labelled(0, span{t.label("expect"), Warn}, plain(t.lesson(expect))))...)
	}
	return lines
}

// madeBody is a step's page while it is made and after: the command, if it is
// long only its beginning, and the system calls under it.
func (t Terminal) madeBody(h runner.StepHeader, calls []sys.Call) []string {
	lines := t.command(h.Shell)
	if len(lines) > briefly/2 {
		lines = append(lines[:briefly/2-1:briefly/2-1], fmt.Sprintf("  ... (%s)", t.count(len(lines), "line")))
	}
	lines = append(lines, "")
	for _, c := range calls {
		lines = append(lines, t.call(c)...)
	}
	if len(calls) == 0 {
		lines = append(lines, t.paint(Dim, t.say("no system call of its own worth a line: files are read and written")))
	}
	return lines
}

// command shows a script as it is; a line too long for the page goes on below,
// marked so that nobody takes it for two.
func (t Terminal) command(script string) []string {
	var lines []string
	mark := "$ "
	for _, line := range strings.Split(strings.Trim(cleanLines(script), "\n"), "\n") {
		for i, part := range t.lines([]span{{strings.ReplaceAll(line, "\t", "  "), Command}}, t.columns()-6) {
			switch {
			case i > 0:
				lines = append(lines, "    "+t.paint(Dim, ".. ")+part)
			case part == "":
				lines = append(lines, "")
			default:
				lines = append(lines, mark+part)
			}
		}
		mark = "  "
	}
	return lines
}

// linesOf takes a rendered text apart.
func linesOf(text string) []string { return strings.Split(strings.TrimSuffix(text, "\n"), "\n") }

// checkBody shows what the kernel was asked and answered, an empty line between.
func (t Terminal) checkBody(checks []lesson.Check) []string {
	var lines []string
	for _, c := range checks {
		verdict := t.passed(c.OK)
		name := c.Name
		if c.Control {
			name = t.label("control") + name
		}
		wanted, got := t.say("wanted"), t.say("got")
		width := max(cols(wanted), cols(got)) + 1
		indent := span{text: strings.Repeat(" ", 4+width)}
		lines = append(lines, linesOf(t.hang(t.columns(), verdict, span{text: "    "}, []span{{clean(name), Strong}}))...)
		if c.Want != c.Got {
			lines = append(lines, linesOf(t.hang(t.columns(), span{"    " + pad(wanted, cols(wanted), width), Dim}, indent, plain(cleanLines(c.Want))))...)
		}
		lines = append(lines, linesOf(t.hang(t.columns(), span{"    " + pad(got, cols(got), width), Dim}, indent, plain(cleanLines(c.Got))))...)
		lines = append(lines, "")
	}
	return lines[:max(0, len(lines)-1)]
}

// source shows a Go function.
func (t Terminal) source(s runner.Source) []string {
	lines := []string{t.paint(Dim, cut(fmt.Sprintf("%s:%d", clean(s.File), s.Line), t.columns())), ""}
	for _, line := range strings.Split(strings.Trim(cleanLines(s.Code), "\n"), "\n") {
		indent := line[:len(line)-len(strings.TrimLeft(line, "\t"))]
		lead := strings.Repeat("  ", len(indent))
		lines = append(lines, prefixed(lead, lead+"    ", t.lines(plain(line[len(indent):]), t.columns()-len(lead)-4))...)
	}
	return lines
}

// draw shows a page and, where it stands still, marks it in the recording.
func (p *Projector) draw(at place, still bool) {
	t := p.terminal()
	s := p.sheets[at.sheet]
	pages := s.pages(t)
	at.page = min(at.page, len(pages)-1)
	if !t.Live && still {
		// Without frame or cursor, each page is said when it is turned to.
		p.put(p.said(t, s, pages[at.page]))
	}
	if !t.Live && p.opts.Cast == nil {
		return
	}
	text := frame(p.page(t, s, at.page, len(pages)), t)
	if t.Height < minPageHeight || t.columns() < minPageWidth {
		text = frame(t.lines(plain(t.say(fmt.Sprintf("make the window %d by %d at least", minPageWidth, minPageHeight))), t.columns()), t)
	}
	if t.Live {
		p.put(text)
	}
	if p.opts.Cast == nil {
		return
	}
	// A recording is of what the terminal gets once its driver is done.
	_, err := p.opts.Cast.Write([]byte(strings.ReplaceAll(text, "\n", "\r\n")))
	if still && err == nil {
		err = p.opts.Cast.Mark(pageName(s.name, at.page, len(pages)))
	}
	p.keep(err)
}

// said is a page as text that follows on the last.
func (p *Projector) said(t Terminal, s sheet, lines []string) string {
	text := t.heading(s.name) + "\n\n" + strings.Join(lines, "\n") + "\n\n\n"
	if p.mark != "" {
		text = p.mark + "\n" + text
	}
	return text
}

// heading is a sheet's name, which may be of two parts, such as the step's
// number and its title.
func (t Terminal) heading(name string) string {
	if number, title, found := strings.Cut(name, ": "); found {
		return t.label(number) + t.lesson(title)
	}
	return t.lesson(name)
}

// pageName names a page in a recording.
func pageName(name string, n, total int) string {
	if total > 1 {
		return fmt.Sprintf("%s (%d of %d)", name, n+1, total)
	}
	return name
}

func (p *Projector) put(text string) {
	if _, err := p.out.Write([]byte(text)); err != nil {
		p.keep(err)
	}
}

func (p *Projector) keep(err error) {
	if err != nil && p.fault == nil {
		p.fault = fmt.Errorf("show the demo: %w", err)
	}
}

// redraw shows the last page of the step under way, at most every so often.
func (p *Projector) redraw(now bool) {
	if len(p.sheets) == 0 || p.step != nil && !p.told || !now && p.now().Sub(p.drawn) < workEvery {
		return
	}
	p.drawn = p.now()
	t := p.terminal()
	if last := len(p.sheets) - 1; p.called != nil {
		p.at = place{last, len(p.sheets[last].pages(t)) - 1}
	}
	p.draw(p.at, false)
}

// noHeight is a page's where nothing is cut: what is not on a screen scrolls.
const noHeight = 1 << 16

// terminal is what pages are laid out for.
func (p *Projector) terminal() Terminal {
	t := p.look()
	t.Width, t.Height = PageSize(t, p.getenv)
	if !t.Live && p.opts.Cast == nil {
		t.Height = noHeight
	}
	return t
}
