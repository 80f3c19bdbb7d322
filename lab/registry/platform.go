package registry

import (
	"runtime"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// ours is this machine's platform.
func ours() v1.Platform {
	p := v1.Platform{OS: "linux", Architecture: runtime.GOARCH}
	if p.Architecture == "arm" {
		p.Variant = "v7"
	}
	return p
}
