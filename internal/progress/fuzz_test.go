package progress

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// FuzzLoad checks that whatever the file holds is either understood, and then
// survives an update in full, or is set aside as it is.
func FuzzLoad(f *testing.F) {
	for _, test := range unfitFiles {
		if len(test.text) < 1000 {
			f.Add([]byte(test.text))
		}
	}
	f.Add([]byte(nil))
	f.Add([]byte(future))
	f.Add([]byte(`{"version":1}`))
	f.Add([]byte(`{"version":1,"\ud800":0,"lessons":{"":{"quiz":null,"done":null}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := Store{Dir: t.TempDir(), Owner: me}
		if err := os.WriteFile(s.Dir+"/"+fileName, data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, notice, err := s.Load()
		if err != nil {
			t.Fatalf("Load = %v; want a state", err)
		}
		if notice != "" {
			label := "damaged"
			if strings.Contains(notice, "newer byhand") {
				label = `version-\d+`
			}
			checkAside(t, s, notice, label, "", string(data))
			return
		}
		if got := content(t, s, fileName); got != string(data) {
			t.Fatalf("Load changed the file to %q", got)
		}
		update(t, s, func(*State) error { return nil })
		want := decode(t, string(data))
		if _, ok := want["lessons"]; !ok {
			want["lessons"] = map[string]any{}
		}
		if got := decode(t, content(t, s, fileName)); !reflect.DeepEqual(got, want) {
			t.Fatalf("Update turned %v into %v", want, got)
		}
	})
}
