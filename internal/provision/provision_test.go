// Package provision tests what makes the learner's virtual machine: the
// Vagrantfile and the script that it runs.
package provision

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const script = "provision.sh"

func TestShellcheck(t *testing.T) {
	shellcheck, err := exec.LookPath("shellcheck")
	if err != nil {
		t.Skip("shellcheck is not installed: apt-get install shellcheck")
	}
	if out, err := exec.Command(shellcheck, script).CombinedOutput(); err != nil {
		t.Errorf("shellcheck %s = %v\n%s", script, err, out)
	}
}

// TestChecksumsOfTheToolchain wants a checksum for the version in go.mod.
func TestChecksumsOfTheToolchain(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(string(mod))
	if version == nil {
		t.Fatal("go.mod has no go line")
	}
	text, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	for _, arch := range []string{"amd64", "arm64"} {
		want := regexp.MustCompile(regexp.QuoteMeta(version[1]+"-"+arch) + `\) echo [0-9a-f]{64} ;;`)
		if !want.Match(text) {
			t.Errorf("%s has no checksum for Go %s on %s", script, version[1], arch)
		}
	}
}

func TestVagrantfile(t *testing.T) {
	vagrant, err := exec.LookPath("vagrant")
	if err != nil {
		t.Skip("vagrant is not installed: apt-get install vagrant")
	}
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(vagrant, "validate", "--ignore-provider")
	c.Env = append(os.Environ(), "VAGRANT_CWD="+dir, "VAGRANT_HOME="+t.TempDir(), "VAGRANT_DOTFILE_PATH="+t.TempDir(), "VAGRANT_CHECKPOINT_DISABLE=1")
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "validated successfully") {
		t.Errorf("vagrant validate = %v\n%s", err, out)
	}
}
