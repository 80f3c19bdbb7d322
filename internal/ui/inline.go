package ui

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// inline renders what a block's lines are made of. Where there is no colour,
// emphasis and code keep the marks that Markdown gave them.
func (m markdown) inline(parent ast.Node, role Role) []span {
	var out []span
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			out = append(out, span{m.text(n), role})
			switch {
			case n.HardLineBreak():
				out = append(out, span{"\n", role})
			case n.SoftLineBreak():
				out = append(out, span{" ", role})
			}
		case *ast.String:
			out = append(out, span{m.lesson(string(n.Value)), role})
		case *ast.CodeSpan:
			out = append(out, m.marked("`", span{m.words(n), roleCode})...)
		case *ast.Emphasis:
			within, mark := roleEmphasis, "*"
			if n.Level > 1 {
				within, mark = Strong, "**"
			}
			out = append(out, m.marked(mark, m.inline(n, within)...)...)
		case *ast.Link:
			out = append(out, m.link(m.inline(n, role), string(n.Destination), role)...)
		case *ast.Image:
			out = append(out, m.link(m.inline(n, role), string(n.Destination), role)...)
		case *ast.AutoLink:
			out = append(out, span{m.lesson(string(n.Label(m.source))), role})
		case *ast.RawHTML:
			// Tags are for the web.
		default:
			out = append(out, m.inline(n, role)...)
		}
	}
	return out
}

// marked puts Markdown's own mark around spans where colour can't tell.
func (m markdown) marked(mark string, within ...span) []span {
	if m.Colour || len(within) == 0 {
		return within
	}
	around := span{mark, within[0].role}
	return append(append([]span{around}, within...), around)
}

// link renders a link as its text and, where that is not the same, its target.
func (m markdown) link(words []span, target string, role Role) []span {
	target = clean(target)
	var b strings.Builder
	for _, s := range words {
		b.WriteString(s.text)
	}
	if b.String() == target || target == "" {
		return words
	}
	return append(words, span{" (" + target + ")", role})
}

// text returns a text node's characters: Markdown's escapes and HTML's
// entities are still in the source, except in code.
func (m markdown) text(n *ast.Text) string {
	value := n.Value(m.source)
	if !n.IsRaw() {
		value = util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(value)))
	}
	return strings.ReplaceAll(m.lesson(string(value)), "\n", " ")
}

// words returns a node's text without its marks.
func (m markdown) words(parent ast.Node) string {
	var b strings.Builder
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if t, ok := n.(*ast.Text); ok {
			b.WriteString(m.text(t))
			if t.SoftLineBreak() {
				b.WriteString(" ")
			}
			continue
		}
		b.WriteString(m.words(n))
	}
	return b.String()
}
