package kernel

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseMounts(t *testing.T) {
	tests := []struct {
		name, line string
		want       Mount
	}{
		{
			"of the manual", `36 35 98:0 /mnt1 /mnt\0402 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`,
			Mount{
				ID: "36", Parent: "35", Device: Device{98, 0}, Root: "/mnt1", Target: "/mnt 2", Options: "rw,noatime", Master: 1,
				FSType: "ext3", Source: "/dev/root", SuperOptions: "rw,errors=continue",
			},
		},
		{
			"no optional field", `37 35 0:40 / /proc rw,nosuid - proc none rw`,
			Mount{ID: "37", Parent: "35", Device: Device{0, 40}, Root: "/", Target: "/proc", Options: "rw,nosuid", FSType: "proc", Source: "none", SuperOptions: "rw"},
		},
		{
			"every optional field, and one to come", `1 1 0:2 / / rw shared:3 master:4 propagate_from:5 unbindable novel:x - tmpfs t ro`,
			Mount{
				ID: "1", Parent: "1", Device: Device{0, 2}, Root: "/", Target: "/", Options: "rw", Shared: 3, Master: 4, PropagateFrom: 5,
				Unbindable: true, FSType: "tmpfs", Source: "t", SuperOptions: "ro",
			},
		},
		{
			"no source", `1 0 0:2 / /a rw - tmpfs  rw,size=4k`,
			Mount{ID: "1", Parent: "0", Device: Device{0, 2}, Root: "/", Target: "/a", Options: "rw", FSType: "tmpfs", SuperOptions: "rw,size=4k"},
		},
		{
			"all that is escaped", `1 0 0:2 /a\134b /\011\012\040 rw - fuse.a\043b so\043urce rw,lowerdir=/a\054b`,
			Mount{
				ID: "1", Parent: "0", Device: Device{0, 2}, Root: `/a\b`, Target: "/\t\n ", Options: "rw", FSType: "fuse.a#b",
				Source: "so#urce", SuperOptions: `rw,lowerdir=/a\054b`,
			},
		},
		{
			"white space that is not escaped", "1 0 0:2 / /a\r\v\u00a0b rw - t s\r rw",
			Mount{ID: "1", Parent: "0", Device: Device{0, 2}, Root: "/", Target: "/a\r\v\u00a0b", Options: "rw", FSType: "t", Source: "s\r", SuperOptions: "rw"},
		},
		{
			"a hyphen as a name", `1 0 0:2 / - rw - - - rw`,
			Mount{ID: "1", Parent: "0", Device: Device{0, 2}, Root: "/", Target: "-", Options: "rw", FSType: "-", Source: "-", SuperOptions: "rw"},
		},
		{
			"a space in the options", `1 0 0:2 / / rw - t s rw,name=a b`,
			Mount{ID: "1", Parent: "0", Device: Device{0, 2}, Root: "/", Target: "/", Options: "rw", FSType: "t", Source: "s", SuperOptions: "rw,name=a b"},
		},
	}
	for _, tt := range tests {
		for _, end := range []string{"", "\n"} {
			got, err := ParseMounts(strings.NewReader(tt.line + end))
			if err != nil || !reflect.DeepEqual(got, []Mount{tt.want}) {
				t.Errorf("%s: ParseMounts(%q) = %+v, %v; want %+v", tt.name, tt.line+end, got, err, tt.want)
			}
		}
	}
	if got, err := ParseMounts(strings.NewReader("")); err != nil || got != nil {
		t.Errorf("ParseMounts of nothing = %+v, %v; want none", got, err)
	}
}

func TestParseMountsRefuses(t *testing.T) {
	const good = "36 35 98:0 / /mnt rw - ext3 none rw\n"
	for _, bad := range []string{
		"\n", "36 35 98:0 / /mnt rw ext3", "36 - ext3", "36 35 98:0 / /mnt - ext3 none rw", "36 35 98:0 / /mnt rw - ext3 none",
		"x 35 98:0 / /mnt rw - ext3 none rw", "36 x 98:0 / /mnt rw - ext3 none rw", "36 35 98 / /mnt rw - ext3 none rw",
		"36 35 98:-1 / /mnt rw - ext3 none rw", "36 35 98:4294967296 / /mnt rw - ext3 none rw",
		"36 35 98:0 / /mnt rw shared:x - ext3 none rw", "36 35 98:0 / /mnt rw master:0 - ext3 none rw", "36 35 98:0 / /mnt rw propagate_from - ext3 none rw",
	} {
		got, err := ParseMounts(strings.NewReader(good + bad))
		if err == nil || !strings.HasPrefix(err.Error(), "line 2: ") {
			t.Errorf("ParseMounts(%q) = %+v, %v; want an error in line 2", bad, got, err)
		}
	}
}

func TestUnescape(t *testing.T) {
	for in, want := range map[string]string{
		`/a`: "/a", `/a\040b`: "/a b", `\134`: `\`, `/tab\011`: "/tab\t", `\043`: "#", `\377`: "\xff",
		`/end\04`: `/end\04`, `/no\999`: `/no\999`, `\400`: `\400`, `\134040`: `\040`, `\`: `\`, `\+12`: `\+12`,
	} {
		if got := unescape(in); got != want {
			t.Errorf("unescape(%q) = %q; want %q", in, got, want)
		}
	}
}

func TestMountOptions(t *testing.T) {
	m := Mount{Options: "ro,nosuid", SuperOptions: `rw,size=80k,lowerdir=/a\054b:/c,empty=`}
	for option, want := range map[string]bool{"ro": true, "nosuid": true, "no": false, "rw": false, "": false} {
		if got := m.Has(option); got != want {
			t.Errorf("Has(%q) of %q = %t; want %t", option, m.Options, got, want)
		}
	}
	for name, want := range map[string]string{"rw": "", "size": "80k", "lowerdir": "/a,b:/c", "empty": ""} {
		if got, found := m.Super(name); got != want || !found {
			t.Errorf("Super(%q) of %q = %q, %t; want %q, true", name, m.SuperOptions, got, found, want)
		}
	}
	if got, found := m.Super("ro"); found {
		t.Errorf("Super(ro) of %q = %q, true; want none", m.SuperOptions, got)
	}
}
