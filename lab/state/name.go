package state

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"regexp"

	"byhand/lab/words"
)

// NewID makes up a container's ID.
func NewID() string {
	id := make([]byte, 32)
	_, _ = rand.Read(id) // it never fails
	return hex.EncodeToString(id)
}

// Of these words the names of containers are made that were given none.
var (
	first = [...]string{
		"able", "bold", "brave", "bright", "brisk", "calm", "clear", "clever", "cool", "eager", "early", "fair",
		"fast", "fine", "firm", "free", "fresh", "gentle", "glad", "grand", "green", "happy", "honest", "keen",
		"kind", "late", "light", "lively", "loyal", "lucky", "merry", "mild", "neat", "new", "nimble", "noble",
		"patient", "plain", "polite", "proud", "quick", "quiet", "rapid", "ready", "sharp", "silent", "smart",
		"smooth", "solid", "steady", "still", "strong", "sunny", "swift", "tidy", "vivid", "warm", "wise",
	}
	second = [...]string{
		"acorn", "anchor", "badger", "barge", "beacon", "birch", "brook", "cedar", "cliff", "clover", "comet",
		"crane", "creek", "delta", "dune", "ember", "falcon", "fern", "finch", "fjord", "garden", "gull", "harbour",
		"hazel", "heron", "island", "juniper", "kestrel", "lagoon", "lantern", "larch", "linnet", "maple", "marsh",
		"meadow", "moor", "oak", "orchard", "otter", "pebble", "pine", "plover", "quarry", "reed", "river", "robin",
		"rowan", "sail", "spruce", "stream", "thistle", "tide", "valley", "willow", "wren", "yew",
	}
)

// RandomName makes up a name; at later tries one with a number behind it.
func RandomName(try int) string {
	b := make([]byte, 3)
	_, _ = rand.Read(b) // it never fails
	name := first[int(b[0])%len(first)] + "_" + second[int(b[1])%len(second)]
	if try > 0 {
		name += fmt.Sprint(int(b[2]) % 10)
	}
	if try > 5 {
		name += fmt.Sprint(try)
	}
	return name
}

// CheckName refuses what can't be a name, in Docker's words.
func CheckName(name string) error {
	const chars = `[a-zA-Z0-9][a-zA-Z0-9_.-]`
	if !regexp.MustCompile(`^` + chars + `+$`).MatchString(name) {
		return words.Errorf("Invalid container name (%s), only %s are allowed", name, chars)
	}
	return nil
}
