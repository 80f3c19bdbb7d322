package progress

import (
	"testing"
	"time"
)

func TestAfter(t *testing.T) {
	const hour, day = time.Hour, 24 * time.Hour
	for _, test := range []struct {
		name  string
		was   Answered
		right bool
		want  Answered
	}{
		{"the first time, right", Answered{}, true, Answered{Box: 2, Asked: 1, Right: 1, When: noon}},
		{"the first time, wrong", Answered{}, false, Answered{Box: 1, Asked: 1, When: noon}},
		{"what was missed is due at once", Answered{Box: 1, Asked: 1, When: noon}, true, Answered{Box: 2, Asked: 2, Right: 1, When: noon}},
		{"due", Answered{Box: 2, Asked: 1, Right: 1, When: noon.Add(-day)}, true, Answered{Box: 3, Asked: 2, Right: 2, When: noon}},
		{"not due", Answered{Box: 2, Asked: 1, Right: 1, When: noon.Add(-23 * hour)}, true, Answered{Box: 2, Asked: 2, Right: 2, When: noon.Add(-23 * hour)}},
		{"the last box", Answered{Box: 5, Asked: 8, Right: 8, When: noon.Add(-21 * day)}, true, Answered{Box: 5, Asked: 9, Right: 9, When: noon}},
		{"missed in the last box", Answered{Box: 5, Asked: 8, Right: 8, When: noon.Add(-hour)}, false, Answered{Box: 1, Asked: 9, Right: 8, When: noon}},
		{"a box that there is not", Answered{Box: 99, Asked: 1, Right: 1, When: noon.Add(-21 * day)}, true, Answered{Box: 5, Asked: 2, Right: 2, When: noon}},
	} {
		if got := test.was.After(test.right, noon); got != test.want {
			t.Errorf("%s: After(%v) = %+v; want %+v", test.name, test.right, got, test.want)
		}
	}
}

// TestKnownByHeart answers rightly whenever it is due, and sees it rest longer
// each time.
func TestKnownByHeart(t *testing.T) {
	at := noon
	a := Answered{}.After(true, at)
	for _, days := range []int{1, 3, 7, 21, 21} {
		if got, want := a.Due(), at.Add(time.Duration(days)*24*time.Hour); !got.Equal(want) {
			t.Fatalf("in box %d it is due %v; want %v", a.Box, got, want)
		}
		at = a.Due()
		a = a.After(true, at)
	}
}
