package attach

import (
	"bytes"
	"fmt"
	"strings"
)

// DefaultKeys are Docker's: ctrl-p, ctrl-q.
const DefaultKeys = "ctrl-p,ctrl-q"

// ParseKeys reads keys as --detach-keys has them: characters and ctrl-KEY,
// between commas.
func ParseKeys(text string) ([]byte, error) {
	var keys []byte
	for key := range strings.SplitSeq(text, ",") {
		if len(key) == 1 {
			keys = append(keys, key[0])
			continue
		}
		letter, control := strings.CutPrefix(key, "ctrl-")
		// What Ctrl does to a key: only the lower five bits are left (ascii(7)).
		if !control || len(letter) != 1 || !strings.Contains("abcdefghijklmnopqrstuvwxyz@[\\]^_", letter) {
			return nil, fmt.Errorf("invalid detach keys (%s): unknown key %q", text, key)
		}
		keys = append(keys, letter[0]&0x1f)
	}
	return keys, nil
}

// keys looks out for a sequence of keys in what is typed.
type keys struct {
	want []byte
	seen int // how many of them were typed last
}

// pass returns what of a text is to be passed on, and whether the sequence was
// complete. The beginning of one is held back until it is clear that it is none.
func (k *keys) pass(text []byte) (out []byte, complete bool) {
	if len(k.want) == 0 {
		return text, false
	}
	for _, c := range text {
		if c == k.want[k.seen] {
			if k.seen++; k.seen == len(k.want) {
				k.seen = 0
				return out, true
			}
			continue
		}
		held := append(bytes.Clone(k.want[:k.seen]), c)
		k.seen = 0
		// What was held back may end with a new beginning.
		for len(held) > 0 && !bytes.HasPrefix(k.want, held) {
			out = append(out, held[0])
			held = held[1:]
		}
		k.seen = len(held)
	}
	return out, false
}
