package bench

import (
	"os"
	"testing"
)

// BenchmarkRecord writes processes down in the journal, each safe on the disk
// before it does anything.
func BenchmarkRecord(b *testing.B) {
	at, err := New(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := at.Record(os.Getpid()); err != nil {
			b.Fatal(err)
		}
	}
}
