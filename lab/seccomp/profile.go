package seccomp

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
)

//go:embed default.json
var defaultProfile []byte

// Profile says for each system call whether it may be made.
type Profile struct {
	// Default is what happens to calls that no rule names.
	Default Action `json:"defaultAction"`
	// DefaultErrno is the error that Default gives; EPERM where it is 0.
	DefaultErrno int `json:"defaultErrnoRet"`
	// Rules are asked in any order; the first that fits decides.
	Rules []Rule `json:"syscalls"`
}

// Action is what happens to a call.
type Action string

// The actions that are compiled here.
const (
	Allow       Action = "SCMP_ACT_ALLOW"
	Errno       Action = "SCMP_ACT_ERRNO"
	KillProcess Action = "SCMP_ACT_KILL_PROCESS"
	Kill        Action = "SCMP_ACT_KILL"
	Log         Action = "SCMP_ACT_LOG"
)

// Rule is for some calls, possibly only with certain arguments.
type Rule struct {
	// Names are the calls, such as "mount"; those that this architecture does
	// not have are passed over.
	Names []string `json:"names"`
	// Action is what happens to them.
	Action Action `json:"action"`
	// ErrnoRet is the error of Errno; the profile's default where it is 0.
	ErrnoRet int `json:"errnoRet"`
	// Args are conditions that must all hold.
	Args []Condition `json:"args"`
	// Includes and Excludes say for which containers and machines the rule is.
	Includes Filter `json:"includes"`
	Excludes Filter `json:"excludes"`
}

// Condition compares an argument of the call, from 0, with a value.
type Condition struct {
	Index    int    `json:"index"`
	Value    uint64 `json:"value"`
	ValueTwo uint64 `json:"valueTwo"`
	Op       string `json:"op"`
}

// Filter is about who asks and where.
type Filter struct {
	// Caps are capabilities that the container has.
	Caps []string `json:"caps"`
	// Arches are architectures in Go's names.
	Arches []string `json:"arches"`
	// MinKernel is the oldest release, such as "4.8".
	MinKernel string `json:"minKernel"`
}

// Default is Docker's default profile.
func Default() (Profile, error) { return Parse(defaultProfile) }

// Parse reads a profile.
func Parse(text []byte) (Profile, error) {
	var p Profile
	if err := json.Unmarshal(text, &p); err != nil {
		return p, fmt.Errorf("decoding seccomp profile failed: %w", err)
	}
	return p, nil
}

// Compile makes the kernel's program of a profile, for a container with these
// capabilities: whoever may load modules anyway may make the call for it.
func (p Profile) Compile(caps kernel.Capabilities) ([]unix.SockFilter, error) {
	release, err := kernel.Release()
	if err != nil {
		return nil, err
	}
	p.Rules = slices.DeleteFunc(slices.Clone(p.Rules), func(r Rule) bool { return !r.applies(caps, release) })
	return p.compile()
}

// applies reports whether a rule is for such a container here.
func (r Rule) applies(caps kernel.Capabilities, release string) bool {
	has := func(name string) bool {
		for n := range 64 {
			if caps.Has(n) && kernel.CapabilityName(n) == name {
				return true
			}
		}
		return false
	}
	in, out := r.Includes, r.Excludes
	switch {
	case slices.ContainsFunc(in.Caps, func(name string) bool { return !has(name) }),
		len(in.Arches) > 0 && !slices.Contains(in.Arches, runtime.GOARCH),
		in.MinKernel != "" && older(release, in.MinKernel),
		slices.ContainsFunc(out.Caps, has),
		slices.Contains(out.Arches, runtime.GOARCH),
		out.MinKernel != "" && !older(release, out.MinKernel):
		return false
	}
	return true
}

// older compares two releases by their first two numbers.
func older(release, than string) bool {
	var a, b [2]int
	_, _ = fmt.Sscanf(strings.ReplaceAll(release, "-", "."), "%d.%d", &a[0], &a[1])
	_, _ = fmt.Sscanf(than, "%d.%d", &b[0], &b[1])
	return a[0] < b[0] || a[0] == b[0] && a[1] < b[1]
}
