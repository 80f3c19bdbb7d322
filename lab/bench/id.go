package bench

import (
	"crypto/rand"
	"encoding/hex"
	"hash/fnv"
	"path/filepath"
	"strings"
)

// A bench's ID are hexadecimal digits. The first of them stand for the directory
// of benches, so that of what carries only the ID in its name, such as a cgroup,
// it is known whose it is; they are enough for directories not to share them.
const (
	prefixBytes = 3
	randomBytes = 2
	idLen       = 2 * (prefixBytes + randomBytes)
)

// newID makes up the ID of a bench in dir.
func newID(dir string) string {
	id := make([]byte, randomBytes)
	_, _ = rand.Read(id) // it never fails
	return idPrefix(dir) + hex.EncodeToString(id)
}

// idPrefix is what the IDs of benches in dir begin with.
func idPrefix(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(dir)) // it never fails
	return hex.EncodeToString(h.Sum(nil)[:prefixBytes])
}

// isID reports whether s may be a bench's ID.
func isID(s string) bool {
	return len(s) == idLen && strings.Trim(s, "0123456789abcdef") == ""
}
