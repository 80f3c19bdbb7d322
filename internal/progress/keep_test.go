package progress

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
)

// future is a file of version 1 by a later byhand that knows more members.
const future = `{"version":1,"author":{"name":"Ann","n":123456789012345678901234567890},"lessons":{
	"chroot":{"done":"2026-11-23T12:00:00.5+01:00","how":"taught","DONE":5,"stars":[1,{"of":5}],"attempts":1,
		"evidence":[{"step":"s","check":"c","want":"w","got":"g","control":true}],
		"questions":{"gone":{"box":3,"asked":2,"right":2,"when":"2026-11-23T12:00:00Z"}},
		"quiz":{"asked":8,"right":7,"when":"2026-11-23T12:00:00Z","seed":9}},
	"not-yet-invented":{"done":"2027-01-01T00:00:00Z","medal":"gold"}}}`

func TestUnknownIsKept(t *testing.T) {
	tests := []struct {
		name   string
		change func(*State) error
		// replace turns what is in future into what is wanted.
		replace []string
	}{
		{"nothing", func(*State) error { return nil }, nil},
		{"a member", func(s *State) error {
			r, _ := s.Lesson("chroot")
			r.Attempts++
			return s.Put("chroot", r)
		}, []string{`"attempts":1`, `"attempts":2`}},
		{"a question", func(s *State) error {
			r, _ := s.Lesson("chroot")
			r.Answer("dot-dot", true, noon)
			return s.Put("chroot", r)
		}, []string{`"questions":{`, `"questions":{"dot-dot":{"box":2,"asked":1,"right":1,"when":"2026-11-23T12:00:00Z"},`}},
		{"another lesson", func(s *State) error {
			return s.Put("proc", Record{Kernel: "6.1 <&>"})
		}, []string{`"lessons":{`, `"lessons":{"proc":{"kernel":"6.1 <&>"},`}},
		{"a member removed", func(s *State) error {
			r, _ := s.Lesson("chroot")
			r.Quiz = Quiz{}
			return s.Put("chroot", r)
		}, []string{`,
		"quiz":{"asked":8,"right":7,"when":"2026-11-23T12:00:00Z","seed":9}`, ""}},
		{"a reset", func(s *State) error {
			s.Reset("not-yet-invented")
			return nil
		}, []string{`,
	"not-yet-invented":{"done":"2027-01-01T00:00:00Z","medal":"gold"}`, ""}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStore(t, future)
			if notice, err := s.Update(test.change); notice != "" || err != nil {
				t.Fatalf("Update = %q, %v; want neither", notice, err)
			}
			got := content(t, s, fileName)
			want := strings.NewReplacer(test.replace...).Replace(future)
			if !reflect.DeepEqual(decode(t, got), decode(t, want)) {
				t.Errorf("the file holds\n%s\nwant the same as\n%s", got, want)
			}
		})
	}
}

func TestFormatIsReadable(t *testing.T) {
	s := newStore(t, "")
	update(t, s, func(state *State) error { return state.Put("chroot", earned) })
	got := content(t, s, fileName)
	for _, want := range []string{"\n  \"version\": 1\n", `"want": "a <b> & c"`, `"done": "2026-11-23T12:00:00Z"`} {
		if !strings.Contains(got, want) {
			t.Errorf("the file holds\n%s\nwant it to contain %q", got, want)
		}
	}
	state, notice, err := s.Load()
	if err != nil || notice != "" {
		t.Fatalf("Load = %q, %v; want neither", notice, err)
	}
	if r, _ := state.Lesson("chroot"); !reflect.DeepEqual(r, earned) {
		t.Errorf("Lesson(chroot) = %+v; want %+v", r, earned)
	}
}

// decode reads JSON without rounding its numbers.
func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("decode %q: %v", text, err)
	}
	return v
}

// newStore is a store of the user that runs the tests, whose file holds text,
// unless that is empty.
func newStore(t testing.TB, text string) Store {
	t.Helper()
	s := Store{Dir: t.TempDir(), Owner: me}
	if text != "" {
		if err := os.WriteFile(s.Dir+"/"+fileName, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// update is Update that must succeed and have nothing to say.
func update(t *testing.T, s Store, change func(*State) error) {
	t.Helper()
	if notice, err := s.Update(change); notice != "" || err != nil {
		t.Fatalf("Update = %q, %v; want neither", notice, err)
	}
}

// content reads a file of a store.
func content(t testing.TB, s Store, name string) string {
	t.Helper()
	data, err := os.ReadFile(s.Dir + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
