package ui

import (
	"fmt"
	"testing"
)

const sample = "# The title\n\n" +
	"What `ps` shows is *only* what [proc(5)](https://man7.org/5) says — a **file\nsystem**, made &amp; kept \\*there.\n\n" +
	"## A picture\n\n" +
	"```text\n┌────┐  ┌───────┐\n│ ps │─▶│ /proc │\n└────┘  └───────┘\n```\n\n" +
	"- one item that is rather long\n- two\n  1. nested\n  2. <https://kernel.org>\n\n" +
	"> quoted, and wrapped where it must be\n\n" +
	"    $ indented   code\n      as it is\n\n" +
	"<!-- for the web -->\n\n" +
	"Hard\\\nbreak.\n\n***\n"

func TestMarkdown(t *testing.T) {
	for _, tt := range []struct {
		term Terminal
		want string
	}{
		{Terminal{Width: 80}, `
What ` + "`ps`" + ` shows is *only* what proc(5) (https://man7.org/5) says - a **file
system**, made & kept *there.

A picture
---------

    +----+  +-------+
    | ps |->| /proc |
    +----+  +-------+

- one item that is rather long
- two
  1. nested
  2. https://kernel.org

> quoted, and wrapped where it must be

    $ indented   code
      as it is

Hard
break.

--------------------------------------------------------------------------------
`},
		{Terminal{Width: 40, Unicode: true, Colour: true}, "\n" +
			"What \x1b[36mps\x1b[0m shows is \x1b[3monly\x1b[23m what proc(5)\n" +
			"(https://man7.org/5) says — a \x1b[1mfile\x1b[22m\n" +
			"\x1b[1msystem\x1b[22m, made & kept *there.\n" +
			"\n" +
			"\x1b[1mA picture\x1b[22m\n" +
			"─────────\n" +
			"\n" +
			"    ┌────┐  ┌───────┐\n" +
			"    │ ps │─▶│ /proc │\n" +
			"    └────┘  └───────┘\n" +
			"\n" +
			"• one item that is rather long\n" +
			"• two\n" +
			"  1. nested\n" +
			"  2. https://kernel.org\n" +
			"\n" +
			"> quoted, and wrapped where it must be\n" +
			"\n" +
			"    $ indented   code\n" +
			"      as it is\n" +
			"\n" +
			"Hard\n" +
			"break.\n" +
			"\n" +
			"────────────────────────────────────────\n"},
		{Terminal{Width: 20}, `
What ` + "`ps`" + ` shows is
*only* what proc(5)
(https://man7.org/5)
says - a **file
system**, made &
kept *there.

A picture
---------

+----+  +-------+
| ps |->| /proc |
+----+  +-------+

- one item that is
  rather long
- two
  1. nested
  2. https://
     kernel.org

> quoted, and
> wrapped where it
> must be

$ indented   code
  as it is

Hard
break.

--------------------
`},
	} {
		got := tt.term.renderMarkdown(sample, "The title", tt.term.Width)
		equal(t, fmt.Sprintf("renderMarkdown(sample), %+v", tt.term), "\n"+got, tt.want)
	}
}

func TestMarkdownParts(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"another title stays", "# Another\n", "Another\n-------\n"},
		{"title with marks", "*The*\n`title`\n=====\n\na\n", "a\n"},
		{"deep heading", "### Deep\n", "Deep\n"},
		{"loose list", "1. a\n\n2. b\n", "1. a\n\n2. b\n"},
		{"list from 3", "3) a\n4) b\n", "3) a\n4) b\n"},
		{"empty item", "-\n- b\n", "-\n- b\n"},
		{"paragraphs in an item", "- a\n\n  b\n", "- a\n\n  b\n"},
		{"list in a quote", "> - a\n> - b\n", "> - a\n> - b\n"},
		{"link to itself", "[https://a.b](https://a.b)\n", "https://a.b\n"},
		{"image", "![a picture](p.png)\n", "a picture (p.png)\n"},
		{"code keeps escapes", "`a\\*&amp;`\n", "`a\\*&amp;`\n"},
		{"inline HTML", "a<br>b <b>c</b>\n", "ab c\n"},
		{"entity of a control", "a&#27;[2Jb\n", "a[2Jb\n"},
		{"raw control", "a\x1b[2Jb\n\n    c\x1b[2Jd\n", "a[2Jb\n\n    c[2Jd\n"},
		{"fence keeps empty lines", "```\na\n\nb\n```\n", "    a\n\n    b\n"},
		{"nested emphasis", "***both***\n", "***both***\n"},
	} {
		if got := (Terminal{}).renderMarkdown(tt.in, "The title", 80); got != tt.want {
			t.Errorf("%s: renderMarkdown(%q) = %q; want %q", tt.name, tt.in, got, tt.want)
		}
	}
}
