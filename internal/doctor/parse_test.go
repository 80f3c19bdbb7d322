package doctor

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
)

func TestJailSign(t *testing.T) {
	host := []kernel.Mount{{ID: "27", Parent: "1", Target: "/"}, {ID: "40", Parent: "27", Target: "/srv/root"}}
	tests := []struct {
		name       string
		own, first []kernel.Mount
		want       string
	}{
		{"the namespace's root", host, host, ""},
		{"a directory", []kernel.Mount{{ID: "41", Parent: "27", Target: "/proc"}}, host, "no mount point /"},
		{"a mount point", []kernel.Mount{{ID: "40", Parent: "27", Target: "/"}}, host, "PID 1 sees mounted on /srv/root"},
		{"another namespace", []kernel.Mount{{ID: "99", Parent: "98", Target: "/"}}, host, ""},
		{"a root mounted over the first", []kernel.Mount{{ID: "1", Parent: "1", Target: "/"}, {ID: "27", Parent: "1", Target: "/"}}, host, ""},
		{"a root mounted over a mount point", []kernel.Mount{{ID: "40", Parent: "5", Target: "/"}, {ID: "27", Parent: "40", Target: "/"}}, host, ""},
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

func TestSummary(t *testing.T) {
	tests := []struct {
		held kernel.Capabilities
		last int
		want string
	}{
		{0x240000, 40, "CAP_SYS_CHROOT CAP_SYS_ADMIN"},
		{0x1ffffffffff, 40, "all"},
		{0x3fffffffff, 37, "all"},
		{0x1fffeffffff, 40, "all but CAP_SYS_RESOURCE"},
		{0, 40, "none"},
		{1 << 41, 41, "capability 41"},
		{1 << 41, 40, "none"},
		{1<<41 | 1, 1, "CAP_CHOWN"},
		{1<<64 - 1, 63, "all"},
	}
	for _, tt := range tests {
		if got := summary(tt.held, tt.last); got != tt.want {
			t.Errorf("summary(%#x, %d) = %q; want %q", uint64(tt.held), tt.last, got, tt.want)
		}
	}
}

func TestHidden(t *testing.T) {
	plain := kernel.Mount{ID: "2", Parent: "1", Target: "/proc", Options: "rw,nosuid"}
	tests := []struct {
		name   string
		mounts []kernel.Mount
		want   string
	}{
		{"absent", nil, "nothing is mounted on /proc"},
		{"only the root", []kernel.Mount{{ID: "1", Target: "/"}}, "nothing is mounted on /proc"},
		{"covered", []kernel.Mount{plain, {ID: "3", Parent: "2", Target: "/proc/kcore"}, {ID: "4", Parent: "2", Target: "/proc/scsi"}}, "covered by other mounts: /proc/kcore /proc/scsi"},
		{"read-only", []kernel.Mount{{ID: "2", Parent: "1", Target: "/proc", Options: "ro,nosuid"}}, "read-only"},
		{"empty by design", []kernel.Mount{plain, {ID: "3", Parent: "2", Target: "/proc/sys/fs/binfmt_misc"}, {ID: "4", Parent: "1", Target: "/procession"}}, "not known"},
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
		{"firstUserNamespace of the first", firstUserNamespace("0 0 4294967295"), true},
		{"firstUserNamespace of another", firstUserNamespace("0 1000 1"), false},
		{"hypervisor of QEMU", hypervisor("QEMU Standard PC (Q35 + ICH9, 2009)"), "QEMU Standard PC (Q35 + ICH9, 2009)"},
		{"hypervisor of VirtualBox", hypervisor("innotek GmbH VirtualBox"), "innotek GmbH VirtualBox"},
		{"hypervisor of a laptop", hypervisor("LENOVO 20KHCTO1WW"), ""},
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
