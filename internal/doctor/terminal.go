package doctor

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// terminal looks at the standard output, where the lessons' pictures go.
func terminal() Finding {
	got := "standard output is not a terminal"
	if size, err := unix.IoctlGetWinsize(int(os.Stdout.Fd()), unix.TIOCGWINSZ); err == nil {
		got = fmt.Sprintf("%d columns", size.Col)
	}
	name, value := locale(os.Getenv)
	if isUTF8(value) {
		return Finding{What: "terminal", OK: true, Got: got + ", UTF-8 by " + name}
	}
	if name == "" {
		got += "; none of LC_ALL, LC_CTYPE and LANG is set, so not known to show UTF-8"
	} else {
		got += fmt.Sprintf("; %s is %s, which is not UTF-8", name, value)
	}
	return Finding{What: "terminal", Got: got, Mend: "export LC_ALL=C.UTF-8"}
}

// locale returns the variable that decides the character set, in the order of
// locale(7): the first that is not empty.
func locale(getenv func(string) string) (name, value string) {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := getenv(name); value != "" {
			return name, value
		}
	}
	return "", ""
}

// isUTF8 reports whether a locale's character set is UTF-8, in either spelling.
func isUTF8(locale string) bool {
	l := strings.ToLower(locale)
	return strings.Contains(l, "utf-8") || strings.Contains(l, "utf8")
}
