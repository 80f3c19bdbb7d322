package image

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// record is one PAX record: a keyword and its value.
type record struct{ key, value string }

// append writes the record in its form "LENGTH KEY=VALUE\n" to b. LENGTH
// counts the whole record, its own digits too, so that a value may hold any
// byte, a line break or NUL among them.
func (r record) append(b []byte) []byte {
	rest := len(r.key) + len(r.value) + len(" =\n")
	size := rest + len(strconv.Itoa(rest))
	if n := rest + len(strconv.Itoa(size)); n != size { // its digits made it one digit longer
		size = n
	}
	b = strconv.AppendInt(b, int64(size), 10)
	b = append(b, ' ')
	b = append(b, r.key...)
	b = append(b, '=')
	b = append(b, r.value...)
	return append(b, '\n')
}

// fitsField tells whether a name or link target can stand in the ustar block:
// up to 100 bytes, all of them ASCII, for POSIX leaves open what others mean.
func fitsField(s string) bool {
	return len(s) <= 100 && strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// paxTime writes seconds since 1970 as a decimal fraction, "-1.5" for one and
// a half before.
func paxTime(t unix.Timespec) string {
	sec, nsec, sign := t.Sec, t.Nsec, ""
	if sec < 0 {
		// The kernel counts nanoseconds forward from the second below.
		sign, sec = "-", -sec
		if nsec > 0 {
			sec, nsec = sec-1, 1_000_000_000-nsec
		}
	}
	text := sign + strconv.FormatInt(sec, 10)
	if nsec == 0 {
		return text
	}
	return text + "." + strings.TrimRight(fmt.Sprintf("%09d", nsec), "0")
}

// xattrKey is the keyword for an extended attribute. A keyword ends at its
// first "=", so GNU tar writes that byte, and "%", in hexadecimal.
func xattrKey(name string) string {
	return xattrPrefix + strings.NewReplacer("%", "%25", "=", "%3D").Replace(name)
}

// xattrName is the attribute that a keyword after its prefix means.
func xattrName(key string) string {
	return strings.NewReplacer("%25", "%", "%3D", "=").Replace(key)
}
