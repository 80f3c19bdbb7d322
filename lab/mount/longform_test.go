package mount_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"byhand/lab/mount"
)

func TestParseMount(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	bind := func(change func(*mount.Spec)) mount.Spec {
		s := mount.Spec{Type: mount.TypeBind, Source: "/srv", Target: "/data"}
		change(&s)
		return s
	}
	for _, test := range []struct {
		text string
		want mount.Spec
	}{
		{"type=bind,source=/srv,target=/data", bind(func(*mount.Spec) {})},
		{"TYPE=bind,src=/srv,dst=/data", bind(func(*mount.Spec) {})},
		{"destination=/data/,type=Bind,source=/x/../srv//", bind(func(*mount.Spec) {})},
		{"type=bind,source=/srv,target=/data,readonly", bind(func(s *mount.Spec) { s.ReadOnly = true })},
		{"type=bind,source=/srv,target=/data,ro=1", bind(func(s *mount.Spec) { s.ReadOnly = true })},
		{"type=bind,source=/srv,target=/data,readonly=false", bind(func(*mount.Spec) {})},
		{"type=bind,source=/srv,target=/data,bind-propagation=RSlave", bind(func(s *mount.Spec) { s.Bind.Propagation = mount.RSlave })},
		{"type=bind,source=/srv,target=/data,bind-nonrecursive", bind(func(s *mount.Spec) { s.Bind.NonRecursive = true })},
		{"type=bind,source=/srv,target=/data,bind-recursive=disabled", bind(func(s *mount.Spec) { s.Bind.NonRecursive = true })},
		{"type=bind,source=/srv,target=/data,bind-recursive=enabled", bind(func(*mount.Spec) {})},
		{"type=bind,source=/srv,target=/data,readonly,bind-recursive=writable", bind(func(s *mount.Spec) { s.ReadOnly, s.Bind.WritableBelow = true, true })},
		{"type=bind,source=/srv,target=/data,readonly,bind-recursive=readonly,bind-propagation=rprivate", bind(func(s *mount.Spec) {
			s.ReadOnly, s.Bind.ReadOnlyBelow, s.Bind.Propagation = true, true, mount.RPrivate
		})},
		{"type=bind,source=./site,target=/data", bind(func(s *mount.Spec) { s.Source = filepath.Join(here, "site") })},
		{"type=bind,source=.,target=/data", bind(func(s *mount.Spec) { s.Source = here })},
		{`type=bind,"source=/a,b",target=/data`, bind(func(s *mount.Spec) { s.Source = "/a,b" })},
		{"target=/data", mount.Spec{Type: mount.TypeVolume, Target: "/data"}},
		{"source=kept,target=/data,volume-nocopy,volume-label=a=b", mount.Spec{
			Type: mount.TypeVolume, Source: "kept", Target: "/data",
			Volume: mount.VolumeOptions{NoCopy: true, Labels: map[string]string{"a": "b"}},
		}},
		{"type=tmpfs,target=/run,tmpfs-size=1.5m,tmpfs-mode=700", mount.Spec{
			Type: mount.TypeTmpfs, Target: "/run", Tmpfs: mount.TmpfsOptions{Size: 3 << 19, Mode: 0o700},
		}},
	} {
		if got, err := mount.ParseMount(test.text); err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("ParseMount(%q) = %+v, %v; want %+v", test.text, got, err, test.want)
		}
	}
}

func TestParseMountRefuses(t *testing.T) {
	const bind, config = "type=bind,source=/srv,target=/data", `invalid mount config for type "bind": `
	for _, test := range []struct{ text, want string }{
		{"", "EOF"},
		{`type=bind,"source`, `parse error on line 1, column 18: extraneous or missing " in quoted-field`},
		{"type=bind,source=/srv", "target is required"},
		{"type=,target=/data", "type is required"},
		{"type=bind,target=/data", config + "field Source must not be empty"},
		{"type=bind,source=srv,target=/data", config + "invalid mount path: 'srv' mount path must be absolute"},
		{"type=bind,source=/srv,target=data", config + "invalid mount path: 'data' mount path must be absolute"},
		{"type=bind,source=/srv,target=./data", config + "invalid mount path: './data' mount path must be absolute"},
		{"type=bind,source=/srv,target=/", config + "invalid specification: destination can't be '/'"},
		{"type=bind,source=/srv,target=/a/..", config + "invalid specification: destination can't be '/'"},
		{bind + ",readonly=maybe", "invalid value for readonly: maybe"},
		{bind + ",readwrite", "invalid field 'readwrite' must be a key=value pair"},
		{bind + ",volume-nocopy", "cannot mix 'volume-*' options with mount type 'bind'"},
		{bind + ",volume-nocopy=false", "cannot mix 'volume-*' options with mount type 'bind'"},
		{bind + ",tmpfs-mode=700", "cannot mix 'tmpfs-*' options with mount type 'bind'"},
		{"type=volume,target=/data,bind-propagation=slave", "cannot mix 'bind-*' options with mount type 'volume'"},
		{bind + ",bind-propagation=both", config + "invalid propagation mode: both"},
		{bind + ",bind-propagation=unbindable", config + "invalid propagation mode: unbindable"},
		{bind + ",bind-recursive=some", `invalid value for bind-recursive: some (must be "enabled", "disabled", "writable", or "readonly")`},
		{bind + ",bind-recursive=writable", "option 'bind-recursive=writable' requires 'readonly' to be specified in conjunction"},
		{bind + ",bind-recursive=readonly", "option 'bind-recursive=readonly' requires 'readonly' to be specified in conjunction"},
		{bind + ",readonly,bind-recursive=readonly", "option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction"},
		{bind + ",mode=700", "unexpected key 'mode' in 'mode=700'"},
		{bind + ",bind-mode=700", "unexpected key 'bind-mode' in 'bind-mode=700'"},
		{bind + ", readonly", "invalid field ' readonly' must be a key=value pair"},
		{"type=nfs,target=/data", `invalid mount config for type "nfs": mount type unknown`},
		{"type=npipe,source=/p,target=/data", `invalid mount config for type "npipe": mount type unknown: named pipes of this kind are Windows's only`},
		{"type=tmpfs,source=/srv,target=/data", `invalid mount config for type "tmpfs": field Source must not be specified`},
		{"type=tmpfs,target=/data,tmpfs-size=lots", "invalid value for tmpfs-size: lots"},
		{"type=tmpfs,target=/data,tmpfs-mode=9", "invalid value for tmpfs-mode: 9"},
		{"target=/data,readonly", `invalid mount config for type "volume": must not set ReadOnly mode when using anonymous volumes`},
	} {
		if got, err := mount.ParseMount(test.text); err == nil || err.Error() != test.want {
			t.Errorf("ParseMount(%q) = %+v, %v; want %s", test.text, got, err, test.want)
		}
	}
}
