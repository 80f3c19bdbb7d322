package overlay

import (
	"fmt"
	"testing"
)

// BenchmarkOpen piles directories up, and takes the pile down.
func BenchmarkOpen(b *testing.B) {
	for _, n := range []int{1, 10, 130} {
		b.Run(fmt.Sprint(n, " layers"), func(b *testing.B) {
			s := layers(b, n)
			for b.Loop() {
				f, err := Open(s)
				if err != nil {
					b.Fatal(err)
				}
				f.Close()
			}
		})
	}
}
