package provision

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestInAScratchDebian runs the script in a new Debian root, twice.
func TestInAScratchDebian(t *testing.T) {
	if os.Getenv("BYHAND_VM") == "" {
		t.Skip("it downloads a Debian and a Go toolchain: set BYHAND_VM=1")
	}
	if os.Geteuid() != 0 {
		t.Skip("it takes root to make a Debian root file system")
	}
	root := debian(t)
	inside := func(command string) string {
		t.Helper()
		c := exec.Command("unshare", "--mount", "--pid", "--fork", "--mount-proc="+root+"/proc",
			"chroot", root, "/bin/bash", "-c", command)
		c.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "GOPROXY=" + os.Getenv("GOPROXY")}
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
		return string(out)
	}
	const provision = "bash /vagrant/internal/provision/provision.sh"
	if out := inside(provision); !strings.Contains(out, "byhand dev") {
		t.Errorf("the script ends with %q; want byhand's version", out)
	}
	if out := inside(provision); strings.Contains(out, "Unpacking") || strings.Contains(out, "apt") {
		t.Errorf("the second time it installs again:\n%s", out)
	}
	for _, test := range []struct{ command, want string }{
		{"byhand list", "chroot"},
		{"byhand chroot --yes", "done: chroot"},
		{"go version", "go version go1."},
		{"run-parts /etc/update-motd.d", "sudo byhand next"},
		{"bash -c '. /usr/share/bash-completion/bash_completion; . /usr/share/bash-completion/completions/byhand; complete -p byhand'", "byhand"},
		{"command -v debootstrap cgcreate htop", "cgcreate"},
	} {
		if got := inside(test.command); !strings.Contains(got, test.want) {
			t.Errorf("%s = %q; want %q in it", test.command, got, test.want)
		}
	}
}

// debian makes a root with this machine's own sources of packages, and the
// checkout at /vagrant.
func debian(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("mmdebstrap"); err != nil {
		t.Fatal("mmdebstrap is not installed: apt-get install mmdebstrap")
	}
	root := filepath.Join(t.TempDir(), "root")
	run := func(script string) {
		t.Helper()
		c := exec.Command("bash", "-euo", "pipefail", "-c", script)
		c.Env = append(os.Environ(), "ROOT="+root)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", script, err, out)
		}
	}
	run(`read -r uri suite < <(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' | grep -v -- - | head -1)
mmdebstrap --quiet --variant=minbase --include=ca-certificates "$suite" "$ROOT" "deb $uri $suite main"`)
	// How this machine reaches its sources, and whom it trusts, holds inside too.
	run(`cp /etc/resolv.conf "$ROOT/etc/"
cp -r /etc/apt/apt.conf.d/. "$ROOT/etc/apt/apt.conf.d/"
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then cp /etc/ssl/certs/ca-certificates.crt "$ROOT/etc/ssl/certs/"; fi
mkdir "$ROOT/vagrant"
cd ../.. && tar -c --exclude=./.git . | tar -x -C "$ROOT/vagrant"`)
	return root
}
