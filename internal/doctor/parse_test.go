package doctor

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestParseMountinfo(t *testing.T) {
	text := `36 35 98:0 /mnt1 /mnt\0402 rw,noatime master:1 shared:7 - ext3 /dev/root rw,errors=continue
a line of another form
27 1 254:0 / / ro - ext4 /dev/vda rw
28 1 0:1 / /cut rw - ext4
`
	want := []mount{
		{id: "36", point: "/mnt 2", options: []string{"rw", "noatime"}, superOptions: []string{"rw", "errors=continue"}, fstype: "ext3"},
		{id: "27", point: "/", options: []string{"ro"}, superOptions: []string{"rw"}, fstype: "ext4"},
	}
	if got := parseMountinfo(strings.NewReader(text)); !reflect.DeepEqual(got, want) {
		t.Errorf("parseMountinfo() = %+v; want %+v", got, want)
	}
}

func TestUnescape(t *testing.T) {
	for in, want := range map[string]string{
		`/a`: "/a", `/a\040b`: "/a b", `\134`: `\`, `/tab\011`: "/tab\t", `/end\04`: `/end\04`, `/no\999`: `/no\999`,
	} {
		if got := unescape(in); got != want {
			t.Errorf("unescape(%q) = %q; want %q", in, got, want)
		}
	}
}

func TestJailSign(t *testing.T) {
	host := []mount{{id: "27", point: "/"}, {id: "40", point: "/srv/root"}}
	tests := []struct {
		name       string
		own, first []mount
		want       string
	}{
		{"the namespace's root", host, host, ""},
		{"a directory", []mount{{id: "41", point: "/proc"}}, host, "no mount point /"},
		{"a mount point", []mount{{id: "40", point: "/"}}, host, "PID 1 sees mounted on /srv/root"},
		{"another namespace", []mount{{id: "99", point: "/"}}, host, ""},
		{"a root mounted over the first", []mount{{id: "1", point: "/"}, {id: "27", point: "/"}}, host, ""},
		{"a root mounted over a mount point", []mount{{id: "40", point: "/"}, {id: "27", point: "/"}}, host, ""},
		{"PID 1 not readable", host, nil, ""},
		{"nothing readable", nil, nil, ""},
	}
	for _, tt := range tests {
		got := jailSign(tt.own, tt.first)
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: jailSign() = %q; want %q in it", tt.name, got, tt.want)
		}
	}
}

func TestExplain(t *testing.T) {
	healthy := signs{built: true, maxUser: "15000"}
	with := func(change func(*signs)) signs { s := healthy; change(&s); return s }
	tests := []struct {
		name      string
		err       error
		s         signs
		why, mend string
	}{
		{"filter", unix.EPERM, with(func(s *signs) { s.filtered, s.appArmor = true, "1" }), "seccomp filter", mendFilter},
		{"not built", unix.EINVAL, with(func(s *signs) { s.built = false }), "no user namespaces", mendKernel},
		{"limit 0", unix.ENOSPC, with(func(s *signs) { s.maxUser = "0" }), "user.max_user_namespaces is 0", mendMax},
		{"limit reached", unix.ENOSPC, healthy, "nesting", "end what holds user namespaces"},
		{"limit before Linux 4.9", unix.EUSERS, healthy, "nesting", "end what holds user namespaces"},
		{"some filter", unix.EPERM, with(func(s *signs) { s.filter = true }), "may be it", mendFilter},
		{"Debian's sysctl", unix.EPERM, with(func(s *signs) { s.debianClone = "0" }), "unprivileged_userns_clone is 0", mendClone},
		{"Debian's sysctl open", unix.EPERM, with(func(s *signs) { s.debianClone = "1" }), "not known", mendUnknown},
		{"Debian's sysctl spares root", unix.EPERM, with(func(s *signs) { s.debianClone, s.admin, s.jail = "0", true, "x" }), "chroot", mendJail},
		{"chroot", unix.EPERM, with(func(s *signs) { s.jail = "the sign" }), "the sign", mendJail},
		{"AppArmor", unix.EPERM, with(func(s *signs) { s.appArmor = "1" }), "AppArmor", mendArmor},
		{"AppArmor with EACCES", unix.EACCES, with(func(s *signs) { s.appArmor = "1" }), "AppArmor", mendArmor},
		{"AppArmor open", unix.EPERM, with(func(s *signs) { s.appArmor = "0" }), "not known", mendUnknown},
		{"AppArmor spares root", unix.EPERM, with(func(s *signs) { s.appArmor, s.admin = "1", true }), "not known", mendUnknown},
		{"uid 0 not to be mapped", unix.EPERM, with(func(s *signs) { s.bareRoot = true }), "CAP_SETFCAP", mendBareRoot},
		{"memory", unix.ENOMEM, with(func(s *signs) { s.appArmor = "1" }), "not known", mendUnknown},
		{"no errno", errors.New("exit status 1"), healthy, "not known", mendUnknown},
	}
	for _, tt := range tests {
		why, mend := explain(&refusal{stageMaps, tt.err}, tt.s)
		if !strings.Contains(why, tt.why) || !strings.HasPrefix(mend, tt.mend) {
			t.Errorf("%s: explain(%v) = %q, %q; want %q in it, %q at its start", tt.name, tt.err, why, mend, tt.why, tt.mend)
		}
	}
}

func TestStatus(t *testing.T) {
	text := "Name:\tx\nCapPrm:\t0000000000000000\nCapEff:\t0000000000240000\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n"
	s := parseStatus(text)
	if want := (status{effective: 0x240000, seccomp: "2"}); s != want {
		t.Errorf("parseStatus() = %+v; want %+v", s, want)
	}
	if !s.holds(unix.CAP_SYS_ADMIN) || s.holds(unix.CAP_SYS_PTRACE) {
		t.Errorf("holds: CAP_SYS_ADMIN %t, CAP_SYS_PTRACE %t; want true, false", s.holds(unix.CAP_SYS_ADMIN), s.holds(unix.CAP_SYS_PTRACE))
	}
	tests := []struct {
		effective uint64
		last      int
		want      string
	}{
		{0x240000, 40, "CAP_SYS_CHROOT CAP_SYS_ADMIN"},
		{0x1ffffffffff, 40, "all"},
		{0x3fffffffff, 37, "all"},
		{0x1fffeffffff, 40, "all but CAP_SYS_RESOURCE"},
		{0, 40, "none"},
		{1 << 41, 41, "capability 41"},
	}
	for _, tt := range tests {
		if got := (status{effective: tt.effective}).capabilities(tt.last); got != tt.want {
			t.Errorf("capabilities(%d) of %#x = %q; want %q", tt.last, tt.effective, got, tt.want)
		}
	}
}

func TestHidden(t *testing.T) {
	plain := mount{point: "/proc", options: []string{"rw"}}
	tests := []struct {
		name   string
		mounts []mount
		want   string
	}{
		{"absent", nil, "nothing is mounted on /proc"},
		{"covered", []mount{plain, {point: "/proc/kcore"}, {point: "/proc/scsi"}}, "covered by other mounts: /proc/kcore /proc/scsi"},
		{"read-only", []mount{{point: "/proc", options: []string{"ro", "nosuid"}}}, "read-only"},
		{"empty by design", []mount{plain, {point: "/proc/sys/fs/binfmt_misc"}, {point: "/procession"}}, "not known"},
	}
	for _, tt := range tests {
		if got := hidden(tt.mounts, "/proc"); !strings.Contains(got, tt.want) {
			t.Errorf("%s: hidden() = %q; want %q in it", tt.name, got, tt.want)
		}
	}
}

func TestSmallParsers(t *testing.T) {
	tests := []struct {
		call      string
		got, want any
	}{
		{"idMap of the first namespace", idMap("         0          0 4294967295"), ""},
		{"idMap of another", idMap("         0       1000          1"), "inside a user namespace whose uid_map is 0 1000 1"},
		{"knows overlay", knows(strings.NewReader("nodev\tsysfs\nnodev\toverlay\n\text4\n"), "overlay"), true},
		{"knows no overlay", knows(strings.NewReader("nodev\tsysfs\n\text4\n"), "overlay"), false},
		{"hypervisor of QEMU", hypervisor("QEMU Standard PC (Q35 + ICH9, 2009)"), "QEMU Standard PC (Q35 + ICH9, 2009)"},
		{"hypervisor of VirtualBox", hypervisor("innotek GmbH VirtualBox"), "innotek GmbH VirtualBox"},
		{"hypervisor of a laptop", hypervisor("LENOVO 20KHCTO1WW"), ""},
		{"flag", hypervisorFlag("processor\t: 0\nflags\t\t: fpu hypervisor lm\n"), true},
		{"no flag", hypervisorFlag("processor\t: 0\nflags\t\t: fpu lm\nbugs\t: hypervisor\n"), false},
		{"isUTF8 C.UTF-8", isUTF8("C.UTF-8"), true},
		{"isUTF8 en_GB.utf8", isUTF8("en_GB.utf8"), true},
		{"isUTF8 POSIX", isUTF8("POSIX"), false},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s = %v; want %v", tt.call, tt.got, tt.want)
		}
	}
}

func TestLocale(t *testing.T) {
	env := map[string]string{"LC_ALL": "", "LC_CTYPE": "C", "LANG": "C.UTF-8"}
	if name, value := locale(func(k string) string { return env[k] }); name != "LC_CTYPE" || value != "C" {
		t.Errorf("locale() = %q, %q; want LC_CTYPE, C", name, value)
	}
	if name, _ := locale(func(string) string { return "" }); name != "" {
		t.Errorf("locale() of nothing = %q; want none", name)
	}
}
