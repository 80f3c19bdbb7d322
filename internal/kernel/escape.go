package kernel

import (
	"strconv"
	"strings"
)

// unescape undoes the octal escapes that the kernel writes in mountinfo: space,
// tab, newline and backslash everywhere, # in the source and the type, comma
// and = in an option's value. It takes any three octal digits, since file
// systems add characters of their own; what is no escape stays as it is.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+4 <= len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
