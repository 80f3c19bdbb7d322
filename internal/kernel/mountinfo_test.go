package kernel

import (
	"strings"
	"testing"
)

func TestParseMounts(t *testing.T) {
	const text = `36 35 98:0 /mnt1 /mnt\0402 rw,noatime master:1 shared:7 - ext3 /dev/root rw,errors=continue
37 35 0:40 / /proc rw,nosuid - proc none rw
`
	got, err := ParseMounts(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []Mount{
		{"36", "/mnt1", "/mnt 2", "rw,noatime", "ext3", "/dev/root"},
		{"37", "/", "/proc", "rw,nosuid", "proc", "none"},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("ParseMounts = %+v; want %+v", got, want)
	}
	for _, bad := range []string{"36 35 98:0 / /mnt rw ext3", "36 - ext3", "\n"} {
		if got, err := ParseMounts(strings.NewReader(bad)); err == nil {
			t.Errorf("ParseMounts(%q) = %+v; want an error", bad, got)
		}
	}
}

func TestOwnNamespaceAndStart(t *testing.T) {
	start, err := StartTime(1)
	if err != nil || !Alive(1, start) || Alive(1, start+1) {
		t.Errorf("StartTime(1) = %d, %v; want a time by which process 1 is known", start, err)
	}
	if ns, err := Namespace(0, "mnt"); err != nil || !strings.HasPrefix(ns, "mnt:[") {
		t.Errorf("Namespace(0, mnt) = %q, %v; want mnt:[...]", ns, err)
	}
}
