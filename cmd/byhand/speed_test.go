package main

import (
	"os"
	"testing"
)

// BenchmarkContainer starts a container that ends at once, and joins one that
// runs. It is this test binary that does so, which is larger than byhand.
func BenchmarkContainer(b *testing.B) {
	if os.Geteuid() != 0 {
		b.Skip("needs root: the containers have cgroups")
	}
	home, root := b.TempDir(), hostsRoot(b)
	b.Run("run", func(b *testing.B) {
		for b.Loop() {
			succeed(b, home, "lab", "run", "--rm", "--network", "none", "--rootfs", root, "true")
		}
	})
	succeed(b, home, "lab", "run", "-d", "--name", "box", "--network", "none", "--rootfs", root, "sleep", "3600")
	defer succeed(b, home, "lab", "rm", "-f", "box")
	b.Run("exec", func(b *testing.B) {
		for b.Loop() {
			succeed(b, home, "lab", "exec", "box", "true")
		}
	})
	b.Run("ps", func(b *testing.B) {
		for b.Loop() {
			succeed(b, home, "lab", "ps")
		}
	})
}
