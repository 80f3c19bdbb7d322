package mount

import (
	"math"
	"strconv"
	"strings"
)

// ParseSize reads a size of memory as Docker does: a number, possibly with a
// fraction, one space or none, and a unit, a power of 1024: b, k, m, g, t or p,
// the latter five also with b or ib behind, in either case. "1.5m", "64 MiB".
func ParseSize(text string) (bytes int64, ok bool) {
	end := strings.LastIndexAny(text, "0123456789. ")
	if end < 0 {
		return 0, false
	}
	number, unit := text[:end+1], strings.ToLower(text[end+1:])
	size, err := strconv.ParseFloat(strings.TrimSuffix(number, " "), 64)
	if err != nil || !(size >= 0) {
		return 0, false
	}
	if unit != "" && unit != "b" {
		power := strings.IndexByte("kmgtp", unit[0]) + 1
		if rest := unit[1:]; power == 0 || rest != "" && rest != "b" && rest != "ib" {
			return 0, false
		}
		size *= math.Pow(1024, float64(power))
	}
	// From here on the conversion would not be defined.
	if size >= math.MaxInt64 {
		return 0, false
	}
	return int64(size), true
}
