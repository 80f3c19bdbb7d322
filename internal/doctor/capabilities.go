package doctor

import (
	"math/bits"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
)

// summary names the capabilities held, or those that lack where these are
// fewer, or says "all" or "none" of those up to the last, which is the
// kernel's own last, since a newer kernel may know more.
func summary(held kernel.Capabilities, last int) string {
	all := kernel.Capabilities(1)<<(last+1) - 1
	lacking := all &^ held
	held &= all
	switch {
	case held == 0:
		return "none"
	case lacking == 0:
		return "all"
	case bits.OnesCount64(uint64(lacking)) < bits.OnesCount64(uint64(held)):
		return "all but " + lacking.String()
	}
	return held.String()
}

// lastCapability is the kernel's own last capability, or the last that we know.
func lastCapability() int {
	last, err := kernel.LastCapability()
	if err != nil {
		return unix.CAP_LAST_CAP
	}
	return last
}

// selfStatus reads our own status; where it can't be read, it shows nothing held.
func selfStatus() kernel.Status {
	s, err := kernel.ReadStatus(0)
	if err != nil {
		return kernel.Status{Seccomp: kernel.NoSeccomp}
	}
	return s
}
