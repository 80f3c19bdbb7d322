package sys

import (
	"testing"

	"golang.org/x/sys/unix"
)

// TestFlags holds the names against the order of the bits asked for, and what
// has no name here to its bits.
func TestFlags(t *testing.T) {
	for _, test := range []struct{ name, got, want string }{
		{"mountFlags(0)", mountFlags(0), "0"},
		{"mountFlags of one", mountFlags(unix.MS_BIND), "MS_BIND"},
		{"mountFlags of several", mountFlags(unix.MS_PRIVATE | unix.MS_REC), "MS_REC|MS_PRIVATE"},
		{"mountFlags of an unknown one", mountFlags(1 << 9), "0x200"},
		{"mountFlags of both", mountFlags(unix.MS_NODEV | 1<<9 | 1<<7), "MS_NODEV|0x280"},
		{"CloneFlags(0)", CloneFlags(0), "0"},
		{"CloneFlags of six", CloneFlags(unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET),
			"CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNET"},
		{"CloneFlags of an unknown one", CloneFlags(unix.CLONE_NEWUSER | 1<<9), "CLONE_NEWUSER|0x200"},
		{"openFlags(0)", openFlags(0), "O_RDONLY"},
		{"openFlags(O_WRONLY, O_NONBLOCK)", openFlags(unix.O_WRONLY | unix.O_NONBLOCK), "O_WRONLY|O_NONBLOCK"},
		{"openFlags of an unknown one", openFlags(unix.O_RDWR | 1<<30), "O_RDWR|0x40000000"},
		{"attachFlags of an unknown one", attachFlags(1 << 20), "0x100000"},
		{"attachType of an unknown one", attachType(0x7f), "0x7f"},
		{"programType of an unknown one", programType(0x7f), "0x7f"},
	} {
		if test.got != test.want {
			t.Errorf("%s = %s; want %s", test.name, test.got, test.want)
		}
	}
}

func TestQuote(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", `""`},
		{`a "b" \c`, `"a \"b\" \\c"`},
		{"\x01", `"\1"`},
		{"\x018", `"\18"`},
		{"\x017", `"\0017"`},
		{"é", `"\303\251"`},
	} {
		if got := quote(test.text); got != test.want {
			t.Errorf("quote(%q) = %s; want %s", test.text, got, test.want)
		}
	}
	if got := quoteOrNull(""); got != "NULL" {
		t.Errorf("quoteOrNull(\"\") = %s; want NULL", got)
	}
}
