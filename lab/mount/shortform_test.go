package mount_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"byhand/lab/mount"
)

func TestParseVolume(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	bind := func(change func(*mount.Spec)) mount.Spec {
		s := mount.Spec{Type: mount.TypeBind, Source: "/srv", Target: "/data"}
		s.Bind.CreateSource = true // which --mount does not
		change(&s)
		return s
	}
	for _, test := range []struct {
		text string
		want mount.Spec
	}{
		{"/srv:/data", bind(func(*mount.Spec) {})},
		{"/srv/:/data/x/..", bind(func(*mount.Spec) {})},
		{"/srv:/data:rw", bind(func(*mount.Spec) {})},
		{"/srv:/data:ro", bind(func(s *mount.Spec) { s.ReadOnly = true })},
		{"/srv:/data:ro,Z,rslave,cached", bind(func(s *mount.Spec) {
			s.ReadOnly, s.Label, s.Bind.Propagation, s.Consistency = true, "Z", mount.RSlave, "cached"
		})},
		{"./site:/data", bind(func(s *mount.Spec) { s.Source = filepath.Join(here, "site") })},
		{"/data", mount.Spec{Type: mount.TypeVolume, Target: "/data"}},
		{"kept:/data:nocopy", mount.Spec{Type: mount.TypeVolume, Source: "kept", Target: "/data", Volume: mount.VolumeOptions{NoCopy: true}}},
	} {
		if got, err := mount.ParseVolume(test.text); err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("ParseVolume(%q) = %+v, %v; want %+v", test.text, got, err, test.want)
		}
	}
}

func TestParseVolumeRefuses(t *testing.T) {
	spec := func(text, why string) string {
		return "invalid volume specification: '" + text + "': invalid mount config for type \"bind\": " + why
	}
	for _, test := range []struct{ text, want string }{
		{"", "invalid empty volume spec"},
		{"/srv:/data:", "invalid spec: /srv:/data:: empty section between colons"},
		{":/data", "invalid spec: :/data: empty section between colons"},
		{"/srv::ro", "invalid spec: /srv::ro: empty section between colons"},
		{"/srv:/data:ro:rw", "invalid spec: /srv:/data:ro:rw: too many colons"},
		{"/data:ro", "invalid volume specification: '/data:ro'"},
		{"/srv:/data:never", "invalid mode: never"},
		{"/srv:/data:ro,rw", "invalid mode: ro,rw"},
		{"/srv:/data:z,Z", "invalid mode: z,Z"},
		{"/srv:/data:shared,slave", "invalid mode: shared,slave"},
		{"/srv:data", spec("/srv:data", "invalid mount path: 'data' mount path must be absolute")},
		{"/srv:/", spec("/srv:/", "invalid specification: destination can't be '/'")},
		{"srv/site:/data", `create srv/site: "srv/site" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed.` +
			" If you intended to pass a host directory, use absolute path"},
		{"/srv:/data:nocopy", spec("/srv:/data:nocopy", "field VolumeOptions must not be specified")},
	} {
		if got, err := mount.ParseVolume(test.text); err == nil || err.Error() != test.want {
			t.Errorf("ParseVolume(%q) = %+v, %v; want %s", test.text, got, err, test.want)
		}
	}
}

func TestEnsureSource(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "not", "there")
	long, err := mount.ParseMount("type=bind,source=" + missing + ",target=/data")
	if err != nil {
		t.Fatal(err)
	}
	want := `invalid mount config for type "bind": bind source path does not exist: ` + missing
	if err := long.EnsureSource(); err == nil || err.Error() != want {
		t.Errorf("EnsureSource of --mount with a missing source = %v; want %s", err, want)
	}
	if _, err := os.Stat(missing); err == nil {
		t.Errorf("--mount has made %s; want it left missing", missing)
	}
	short, err := mount.ParseVolume(missing + ":/data")
	if err != nil {
		t.Fatal(err)
	}
	if err := short.EnsureSource(); err != nil {
		t.Errorf("EnsureSource of -v with a missing source = %v; want nil", err)
	}
	if info, err := os.Stat(missing); err != nil || !info.IsDir() {
		t.Errorf("-v has made %v, %v; want a directory", info, err)
	}
	if err := long.EnsureSource(); err != nil {
		t.Errorf("EnsureSource of a source that is there = %v; want nil", err)
	}
}

// FuzzParseMount wants that what is accepted can be written and read again.
func FuzzParseMount(f *testing.F) {
	for _, seed := range []string{
		"type=bind,source=/srv,target=/data,readonly,bind-propagation=rslave",
		`type=bind,"source=/a,""b",target=/x,bind-recursive=disabled`,
		"type=tmpfs,target=/run,tmpfs-size=1g,tmpfs-mode=1777", "target=/data,volume-opt=a=b,volume-label=c",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		spec, err := mount.ParseMount(text)
		if err != nil {
			return
		}
		if err := spec.Validate(); err != nil {
			t.Errorf("ParseMount(%q) is accepted, but Validate = %v", text, err)
		}
		again, err := mount.ParseMount(spec.String())
		if err != nil || !reflect.DeepEqual(again, spec) {
			t.Errorf("ParseMount(%q) = %+v, %v; want %+v, which %q gave", spec.String(), again, err, spec, text)
		}
	})
}

// FuzzParseVolume wants that what is accepted is valid, with clean paths.
func FuzzParseVolume(f *testing.F) {
	for _, seed := range []string{"/srv:/data:ro,z,slave", "kept:/data", "/data", "c:/x:/y", "./a:/b:"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		spec, err := mount.ParseVolume(text)
		if err != nil {
			return
		}
		if err := spec.Validate(); err != nil || spec.Target != filepath.Clean(spec.Target) || !filepath.IsAbs(spec.Target) {
			t.Errorf("ParseVolume(%q) = %+v, Validate = %v; want a valid one with a clean, absolute target", text, spec, err)
		}
	})
}
