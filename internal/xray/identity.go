package xray

import (
	"regexp"
	"sync"

	"byhand/internal/kernel"
)

// Identity says which container something is.
type Identity struct {
	// Engine made it, such as "docker" or "byhand".
	Engine string `json:"engine"`
	// ID is the engine's number for it; Name is what people call it, or empty.
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// String is such as "docker 4f0c3b2a1d9e (web)".
func (i Identity) String() string {
	s := i.Engine
	if i.ID != "" {
		s += " " + i.ID[:min(12, len(i.ID))]
	}
	if i.Name != "" && i.Name != i.ID {
		s += " (" + i.Name + ")"
	}
	return s
}

// mark is a cgroup's path, as a pattern, in which an engine writes an identity.
type mark struct {
	engine string
	path   *regexp.Regexp
}

// marks are what engines call the cgroups that they make, with the systemd
// driver and with cgroupfs. The more particular come first.
var marks = sync.OnceValue(func() []mark {
	return []mark{
		{"docker", regexp.MustCompile(`/docker[-/]([0-9a-f]{64})(?:\.scope)?(?:/|$)`)},
		{"podman", regexp.MustCompile(`/libpod-([0-9a-f]{64})(?:\.scope)?(?:/|$)`)},
		{"containerd", regexp.MustCompile(`/cri-containerd[-:]([0-9a-f]{64})(?:\.scope)?(?:/|$)`)},
		{"cri-o", regexp.MustCompile(`/crio-([0-9a-f]{64})(?:\.scope)?(?:/|$)`)},
		{"kubernetes", regexp.MustCompile(`/kubepods[^/]*/.*([0-9a-f]{64})(?:\.scope)?(?:/|$)`)},
		{"lxc", regexp.MustCompile(`/lxc(?:\.payload)?[./]([^/]+?)(?:/|$)`)},
		{"systemd-nspawn", regexp.MustCompile(`/machine\.slice/(?:machine-|systemd-nspawn@)([^/]+?)\.(?:scope|service)(?:/|$)`)},
		{"byhand", regexp.MustCompile(`/byhand-([0-9a-f]{10})(?:[-/]|$)`)},
	}
})

// identify finds a container by the name of a cgroup.
func identify(members []kernel.Membership) (Identity, bool) {
	for _, mark := range marks() {
		for _, m := range members {
			if found := mark.path.FindStringSubmatch(m.Path); found != nil {
				return Identity{Engine: mark.engine, ID: found[1]}, true
			}
		}
	}
	return Identity{}, false
}
