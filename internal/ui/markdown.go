package ui

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// markdown renders a lesson's prose. It holds the source that the syntax
// tree's nodes point into.
type markdown struct {
	Terminal
	source []byte
}

// renderMarkdown renders prose as lines of at most width columns; code and
// drawings stay as they are. A first heading equal to title is left out,
// since the lesson's header has just shown it.
func (t Terminal) renderMarkdown(prose, title string, width int) string {
	m := markdown{Terminal: t, source: []byte(prose)}
	parser := goldmark.DefaultParser()
	doc := parser.Parse(text.NewReader(m.source))
	if h, ok := doc.FirstChild().(*ast.Heading); ok && h.Level == 1 && m.words(h) == title {
		doc.RemoveChild(doc, h)
	}
	lines := m.blocks(doc, width, true)
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// blocks renders the blocks in a node, an empty line between each two of them
// where apart is set.
func (m markdown) blocks(parent ast.Node, width int, apart bool) []string {
	var out []string
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		lines := m.block(n, width)
		if len(lines) > 0 && len(out) > 0 && apart {
			out = append(out, "")
		}
		out = append(out, lines...)
	}
	return out
}

// block renders one block.
func (m markdown) block(n ast.Node, width int) []string {
	switch n := n.(type) {
	case *ast.Heading:
		return m.heading(n, width)
	case *ast.Paragraph, *ast.TextBlock:
		return m.lines(m.inline(n, Plain), width)
	case *ast.List:
		return m.list(n, width)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		return m.code(n, width)
	case *ast.Blockquote:
		return prefixed("> ", "> ", m.blocks(n, width-2, true))
	case *ast.ThematicBreak:
		return m.ruled(nil, width)
	case *ast.HTMLBlock, *ast.LinkReferenceDefinition:
		return nil // comments and anchors are for the web
	}
	return m.blocks(n, width, true)
}

// heading renders a heading; the first two levels are underlined, so that
// they are seen without colour.
func (m markdown) heading(n *ast.Heading, width int) []string {
	lines := m.lines(m.inline(n, Strong), width)
	if n.Level > 2 {
		return lines
	}
	return m.ruled(lines, min(width, spanCols(m.inline(n, Strong))))
}

// list renders a list, its items' lines hanging from their marks.
func (m markdown) list(n *ast.List, width int) []string {
	var out []string
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "- "
		switch {
		case n.IsOrdered():
			mark = fmt.Sprintf("%d%c ", number, n.Marker)
			number++
		case m.Unicode:
			mark = "• "
		}
		if len(out) > 0 && !n.IsTight {
			out = append(out, "")
		}
		lines := m.blocks(item, width-cols(mark), !n.IsTight)
		if len(lines) == 0 {
			lines = []string{""}
		}
		out = append(out, prefixed(mark, strings.Repeat(" ", cols(mark)), lines)...)
	}
	return out
}

// code renders code and drawings: line by line, indented where there is room.
func (m markdown) code(n ast.Node, width int) []string {
	var out []string
	longest := 0
	for i := range n.Lines().Len() {
		at := n.Lines().At(i)
		line := m.picture(strings.TrimRight(string(at.Value(m.source)), "\r\n"))
		out = append(out, line)
		longest = max(longest, cols(line))
	}
	for len(out) > 0 && strings.TrimSpace(out[len(out)-1]) == "" {
		out = out[:len(out)-1]
	}
	if fenced, ok := n.(*ast.FencedCodeBlock); ok && m.Plain && fenced.Info == nil {
		return m.drawingInWords(out)
	}
	indent := "    "
	if len(indent)+longest > width {
		indent = ""
	}
	return prefixed(indent, indent, out)
}

// prefixed puts first before the first line and rest before the others;
// lines with nothing else on them get no trailing spaces.
func prefixed(first, rest string, lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		if out[i] = rest + line; i == 0 {
			out[i] = first + line
		}
		if line == "" {
			out[i] = strings.TrimRight(out[i], " ")
		}
	}
	return out
}
