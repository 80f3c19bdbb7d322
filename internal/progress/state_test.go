package progress

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

// noon is when everything in the tests was done.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// earned is a record with every field set.
var earned = Record{
	Done: noon, How: ByHand, Byhand: "1.0", Kernel: "6.1.0",
	Evidence:  []Evidence{{Step: "Enter", Check: "/proc/PID/root", Want: "a <b> & c", Got: "/x"}},
	Skips:     []string{"no cgroup v2"},
	Quiz:      Quiz{Asked: 8, Right: 7, When: noon},
	Questions: map[string]Answered{"dot-dot": {Box: 2, Asked: 1, Right: 1, When: noon}},
	Hints:     []Hint{{Step: "Enter", Count: 2, Command: true}},
	Attempts:  3,
}

func TestPut(t *testing.T) {
	s := newState()
	if s.Done("chroot") || s.Earned("chroot") {
		t.Error("a fresh state has chroot done")
	}
	put(t, s, "chroot", earned)
	put(t, s, "begun", Record{Attempts: 1})
	if got, ok := s.Lesson("chroot"); !ok || !reflect.DeepEqual(got, earned) {
		t.Errorf("Lesson(chroot) = %+v, %v; want %+v", got, ok, earned)
	}
	if !s.Done("chroot") || !s.Earned("chroot") {
		t.Errorf("Done, Earned(chroot) = %v, %v; want true, true", s.Done("chroot"), s.Earned("chroot"))
	}
	if s.Done("begun") || s.Earned("begun") {
		t.Error("a lesson that was only begun is done")
	}
	if got, want := s.Names(), []string{"begun", "chroot"}; !slices.Equal(got, want) {
		t.Errorf("Names() = %q; want %q", got, want)
	}
}

func TestLessonIsACopy(t *testing.T) {
	s := newState()
	given := Record{Evidence: []Evidence{{Got: "was"}}, Skips: []string{"was"}, Hints: []Hint{{Count: 1}}, Questions: map[string]Answered{"was": {}}}
	put(t, s, "chroot", given)
	given.Evidence[0].Got, given.Skips[0], given.Hints[0].Count, given.Questions["changed"] = "changed", "changed", 2, Answered{}
	returned, _ := s.Lesson("chroot")
	returned.Evidence[0].Got, returned.Skips[0], returned.Hints[0].Count, returned.Questions["changed"] = "changed", "changed", 2, Answered{}
	got, _ := s.Lesson("chroot")
	if got.Evidence[0].Got != "was" || got.Skips[0] != "was" || got.Hints[0].Count != 1 || len(got.Questions) != 1 {
		t.Errorf("after changes outside, Lesson(chroot) = %+v; want it as it was put", got)
	}
}

// TestPutError puts a record that JSON has no form for, several times because
// its members come in random order.
func TestPutError(t *testing.T) {
	s := newState()
	put(t, s, "chroot", Record{Attempts: 1})
	before, err := s.format()
	if err != nil {
		t.Fatal(err)
	}
	bad := earned
	bad.Done = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 20 {
		if err := s.Put("chroot", bad); err == nil {
			t.Fatal("Put of a time in the year 10000 succeeded; want an error")
		}
	}
	after, err := s.format()
	if err != nil || string(after) != string(before) {
		t.Errorf("after Put failed, the state is %s, %v; want %s", after, err, before)
	}
}

func TestUnlock(t *testing.T) {
	s := newState()
	put(t, s, "earned", earned)
	put(t, s, "begun", Record{Attempts: 2})
	later := noon.Add(time.Hour + time.Millisecond).In(time.FixedZone("east", 3600))
	tests := []struct {
		name   string
		want   Record
		earned bool
	}{
		{"earned", earned, true},
		{"begun", Record{Done: noon.Add(time.Hour), How: Unlocked, Attempts: 2}, false},
		{"new", Record{Done: noon.Add(time.Hour), How: Unlocked}, false},
	}
	for _, test := range tests {
		if err := s.Unlock(test.name, later); err != nil {
			t.Fatal(err)
		}
		if got, _ := s.Lesson(test.name); !reflect.DeepEqual(got, test.want) {
			t.Errorf("after Unlock(%s), Lesson = %+v; want %+v", test.name, got, test.want)
		}
		if !s.Done(test.name) || s.Earned(test.name) != test.earned {
			t.Errorf("after Unlock(%s), Done, Earned = %v, %v; want true, %v", test.name, s.Done(test.name), s.Earned(test.name), test.earned)
		}
	}
	put(t, s, "new", earned)
	if !s.Earned("new") {
		t.Error("a lesson that was unlocked and then done is not earned")
	}
}

func TestReset(t *testing.T) {
	s := newState()
	for _, name := range []string{"a", "b", "c"} {
		put(t, s, name, earned)
	}
	s.Reset("b")
	s.Reset("missing")
	if got, want := s.Names(), []string{"a", "c"}; !slices.Equal(got, want) {
		t.Errorf("after Reset(b), Names() = %q; want %q", got, want)
	}
	s.ResetAll()
	if got := s.Names(); len(got) != 0 {
		t.Errorf("after ResetAll, Names() = %q; want none", got)
	}
}

// put is Put that must succeed.
func put(t *testing.T, s *State, name string, r Record) {
	t.Helper()
	if err := s.Put(name, r); err != nil {
		t.Fatal(err)
	}
}
