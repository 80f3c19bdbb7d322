package vm

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"
)

// guest is what is put into the machine, and what puts it there.
//
//go:embed guest
var guest embed.FS

// packages are the machine's, beyond the essential ones.
var packages = []string{
	// What makes it a machine that people log in to.
	"systemd", "systemd-sysv", "dbus", "dbus-user-session", "libpam-systemd", "udev", "login", "passwd", "sudo",
	// What the lessons' commands, and the tests, use.
	"procps", "psmisc", "iproute2", "nftables", "iputils-ping", "util-linux", "mount", "kmod", "strace", "debootstrap", "cgroup-tools", "curl",
	"libcap2-bin", "attr", "acl", "htop", "less", "xz-utils", "zstd",
	// What images are pushed to.
	"docker-registry",
	// What gives an ordinary user further ids.
	"uidmap",
	// For the initrd.
	"busybox-static",
}

// diskSize is the size of the machine's disk in bytes; holes take no space.
const diskSize = 3 << 30

// A recipe is all that an image depends on.
type recipe struct {
	release release
	// files are those of guest, by their names in it.
	files map[string][]byte
}

func newRecipe(ctx context.Context) (recipe, error) {
	own, err := ownRelease(ctx)
	if err != nil {
		return recipe{}, err
	}
	r := recipe{release: own, files: map[string][]byte{}}
	entries, err := fs.ReadDir(guest, "guest")
	if err != nil {
		return recipe{}, err
	}
	for _, e := range entries {
		if r.files[e.Name()], err = fs.ReadFile(guest, "guest/"+e.Name()); err != nil {
			return recipe{}, err
		}
	}
	return r, nil
}

// key is a hash of the recipe, so that an image made by another one is never
// taken for it. How a mirror is reached is no part of it.
func (r recipe) key() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q %d %q", r.release.codename, r.release.sources, packages, drivers, diskSize,
		strings.Join(hardware(), " ")+kernelLine)
	// fmt prints a map in the order of its keys.
	fmt.Fprintf(h, "%q", r.files)
	return hex.EncodeToString(h.Sum(nil))[:12]
}
