package runner

import (
	"slices"
	"testing"
)

func TestSections(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"words\n", []string{"words\n"}},
		{"## A\na\n\n## B\nb\n### C\nc\n", []string{"## A\na\n", "## B\nb\n### C\nc\n"}},
		{"first\n\n## A\na ## b\n", []string{"first\n", "## A\na ## b\n"}},
		{"\n## A\na\n", []string{"## A\na\n"}},
	} {
		if got := sections(test.text); !slices.Equal(got, test.want) {
			t.Errorf("sections(%q) = %q; want %q", test.text, got, test.want)
		}
	}
}
