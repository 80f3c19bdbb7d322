package vm

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
)

// tools are the programs needed, and the Debian packages that bring them.
var tools = []struct{ program, pkg string }{
	{"qemu-system-x86_64", "qemu-system-x86"},
	{"qemu-img", "qemu-utils"},
	{"mmdebstrap", "mmdebstrap"},
	{"mke2fs", "e2fsprogs"},
	{"apt-get", "apt"},
}

// Missing returns the Debian packages of the programs that are needed and not
// installed here.
func Missing() []string {
	var pkgs []string
	for _, t := range tools {
		if _, err := exec.LookPath(t.program); err != nil && !slices.Contains(pkgs, t.pkg) {
			pkgs = append(pkgs, t.pkg)
		}
	}
	return pkgs
}

// usable says why no image can be built here.
func usable() error {
	if runtime.GOARCH != "amd64" {
		return fmt.Errorf("the machine is of architecture amd64; its packages can't be set up on %s", runtime.GOARCH)
	}
	if pkgs := Missing(); len(pkgs) > 0 {
		list := strings.Join(pkgs, " ")
		return fmt.Errorf("not installed: %s (apt-get install -y --no-install-recommends %s)", list, list)
	}
	if os.Geteuid() != 0 {
		return errors.New("it takes root to build the machine's file system, with its owners and modes")
	}
	return nil
}
