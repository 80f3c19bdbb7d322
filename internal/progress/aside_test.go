package progress

import (
	"errors"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// unfitFiles are contents that can't be used.
var unfitFiles = []struct {
	name, text string
	label      string // in the name of the file set aside
	reason     string // in the notice
}{
	{"not JSON", "hello", "damaged", "invalid character 'h'"},
	{"cut short", `{"version":1,"less`, "damaged", "unexpected end"},
	{"conflict", "<<<<<<< mine\n{}", "damaged", "invalid character '<'"},
	{"more behind", `{"version":1}{}`, "damaged", "invalid character '{'"},
	{"NUL bytes", "\x00\x00\x00\x00", "damaged", "holds NUL bytes"},
	{"NUL bytes behind", "{\"version\":1}\n\x00\x00", "damaged", "holds NUL bytes"},
	{"not UTF-8", "{\"version\":1,\"\xff\":0,\"\xfe\":0}", "damaged", "is not UTF-8"},
	{"null", "null", "damaged", "not a JSON object"},
	{"array", "[]", "damaged", "not a JSON object"},
	{"too deep", strings.Repeat("[", 20000), "damaged", "max depth"},
	{"no version", `{"lessons":{}}`, "damaged", "no version"},
	{"version 0", `{"version":0}`, "damaged", "version 0"},
	{"version text", `{"version":"1"}`, "damaged", "version: "},
	{"version null", `{"version":null}`, "damaged", "version 0"},
	{"member twice", `{"version":1,"lessons":{"a":{}},"lessons":{"b":{}}}`, "damaged", `"lessons" occurs twice`},
	{"lesson twice", `{"version":1,"lessons":{"a":{"attempts":1},"a":{}}}`, "damaged", `"a" occurs twice`},
	{"lessons array", `{"version":1,"lessons":[]}`, "damaged", "lessons: "},
	{"record null", `{"version":1,"lessons":{"a":null}}`, "damaged", `"a": `},
	{"done wrong", `{"version":1,"lessons":{"a":{"done":"yesterday"}}}`, "damaged", `"a": done: `},
	{"evidence wrong", `{"version":1,"lessons":{"a":{"evidence":{}}}}`, "damaged", `"a": evidence: `},
	{"attempts wrong", `{"version":1,"lessons":{"a":{"attempts":1.5}}}`, "damaged", `"a": attempts: `},
	{"version 7", `{"version":7,"lessons":["another form"]}`, "version-7", "written by a newer byhand"},
}

func TestSetAside(t *testing.T) {
	for _, test := range unfitFiles {
		t.Run(test.name, func(t *testing.T) {
			s := newStore(t, test.text)
			state, notice, err := s.Load()
			if err != nil || len(state.Names()) != 0 {
				t.Fatalf("Load = %v, %v; want a fresh state", state, err)
			}
			checkAside(t, s, notice, test.label, test.reason, test.text)
			if _, err := os.Lstat(s.Dir + "/" + fileName); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("after Load, lstat %s: %v; want fs.ErrNotExist", fileName, err)
			}
			if _, notice, err := s.Load(); err != nil || notice != "" {
				t.Errorf("second Load = %q, %v; want neither", notice, err)
			}
		})
		t.Run(test.name+", update", func(t *testing.T) {
			s := newStore(t, test.text)
			notice, err := s.Update(begin)
			if err != nil {
				t.Fatal(err)
			}
			checkAside(t, s, notice, test.label, test.reason, test.text)
			if got := attempts(t, s); got != 1 {
				t.Errorf("after Update, attempts = %d; want 1", got)
			}
		})
	}
}

// An empty file can't be asked for in newStore's way.
func TestSetAsideEmpty(t *testing.T) {
	s := newStore(t, " ")
	if err := os.Truncate(s.Dir+"/"+fileName, 0); err != nil {
		t.Fatal(err)
	}
	_, notice, err := s.Load()
	if err != nil {
		t.Fatal(err)
	}
	checkAside(t, s, notice, "damaged", "it is empty", "")
}

func TestSetAsideNeverOverwrites(t *testing.T) {
	s := newStore(t, "")
	const n = 5
	want := map[string]bool{}
	for i := range n {
		text := strings.Repeat("x", i+1)
		want[text] = true
		if err := os.WriteFile(s.Dir+"/"+fileName, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, notice, err := s.Load(); notice == "" || err != nil {
			t.Fatalf("Load = %q, %v; want a notice", notice, err)
		}
	}
	for _, name := range files(t, s) {
		if name != lockName {
			delete(want, content(t, s, name))
		}
	}
	if len(want) != 0 {
		t.Errorf("of %d damaged files, the contents %v are gone", n, want)
	}
}

func TestSetAsideFails(t *testing.T) {
	for _, locked := range []bool{false, true} {
		s := ownedStore(t)
		update(t, s, begin)
		if !locked {
			if err := os.Remove(s.Dir + "/" + lockName); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(s.Dir+"/"+fileName, []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
		readOnly(t, s)
		if state, notice, err := s.Load(); state != nil || notice != "" || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("Load of a damaged file in a read-only directory = %v, %q, %v; want fs.ErrPermission alone", state, notice, err)
		}
		if _, err := s.Update(begin); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("Update of a damaged file in a read-only directory = %v; want fs.ErrPermission", err)
		}
		if got := content(t, s, fileName); got != "damaged" {
			t.Errorf("afterwards the file holds %q; want it untouched", got)
		}
	}
}

// checkAside wants one file set aside that holds text, and a notice about it.
func checkAside(t testing.TB, s Store, notice, label, reason, text string) {
	t.Helper()
	pattern := regexp.MustCompile(`^progress\.json\.` + label + `-\d{8}T\d{6}Z$`)
	var found []string
	for _, name := range files(t, s) {
		if pattern.MatchString(name) {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		t.Fatalf("the directory holds %q; want one that matches %s", files(t, s), pattern)
	}
	if got := content(t, s, found[0]); got != text {
		t.Errorf("%s holds %q; want %q", found[0], got, text)
	}
	for _, want := range []string{s.Dir, found[0], reason} {
		if !strings.Contains(notice, want) {
			t.Errorf("notice = %q; want it to contain %q", notice, want)
		}
	}
}
