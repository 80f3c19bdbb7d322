package vm

import (
	"slices"
	"strings"
	"testing"
)

func TestSources(t *testing.T) {
	const (
		debian = `http://deb.debian.org/debian/ bookworm main bookworm Debian
http://deb.debian.org/debian/ bookworm main bookworm Debian
http://deb.debian.org/debian/ bookworm-updates main bookworm-updates Debian
http://deb.debian.org/debian/ bookworm-backports main bookworm-backports Debian Backports
http://deb.debian.org/debian/ bookworm-backports main bookworm-backports Debian
http://security.debian.org/debian-security/ bookworm-security main bookworm-security Debian
https://download.docker.com/linux/debian/ bookworm stable bookworm Docker
https://example.org/ stable main
`
		ubuntu = `http://azure.archive.ubuntu.com/ubuntu/ noble main noble Ubuntu
http://azure.archive.ubuntu.com/ubuntu/ noble universe noble Ubuntu
http://security.ubuntu.com/ubuntu/ noble-security main noble Ubuntu
http://azure.archive.ubuntu.com/ubuntu/ jammy main jammy Ubuntu
`
	)
	for _, test := range []struct {
		what, targets, codename string
		want                    []string
	}{
		{"Debian", debian, "bookworm", []string{
			"http://deb.debian.org/debian/ bookworm main",
			"http://deb.debian.org/debian/ bookworm-updates main",
			"http://security.debian.org/debian-security/ bookworm-security main"}},
		{"Ubuntu", ubuntu, "noble", []string{
			"http://azure.archive.ubuntu.com/ubuntu/ noble main",
			"http://azure.archive.ubuntu.com/ubuntu/ noble universe",
			"http://security.ubuntu.com/ubuntu/ noble-security main"}},
		{"another release", debian, "trixie", nil},
		{"nothing", "", "bookworm", nil},
	} {
		var got []string
		for _, line := range sources(test.targets, test.codename) {
			// The keyring is named where this machine has it.
			_, line, _ = strings.Cut(strings.Replace(line, "] ", " ", 1), " ")
			if option, rest, cut := strings.Cut(line, " "); cut && strings.HasPrefix(option, "[signed-by=/usr/share/keyrings/") {
				line = rest
			}
			got = append(got, line)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("sources of %s = %q; want %q", test.what, got, test.want)
		}
	}
}

func TestTransport(t *testing.T) {
	const dump = `APT "";
Acquire "";
Acquire::http "";
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::https::CaInfo "/etc/ssl/ca.pem";
Acquire::http::No-Cache "";
Acquire::Languages "none";
DPkg::Post-Invoke:: "rm -f /var/cache/apt/*.deb";
`
	want := []string{`Acquire::http::Proxy "http://proxy.example:3128";`, `Acquire::https::CaInfo "/etc/ssl/ca.pem";`}
	if got := transport(dump); !slices.Equal(got, want) {
		t.Errorf("transport(%q) = %q; want %q", dump, got, want)
	}
}

func TestOSRelease(t *testing.T) {
	const text = "NAME=\"Debian GNU/Linux\"\nVERSION_CODENAME=bookworm\nID='debian'\n"
	for name, want := range map[string]string{"NAME": "Debian GNU/Linux", "VERSION_CODENAME": "bookworm", "ID": "debian", "CODENAME": ""} {
		if got := osRelease(text, name); got != want {
			t.Errorf("osRelease(%s) = %q; want %q", name, got, want)
		}
	}
}
