package image

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestImagesOfPeers builds an image from Export's archive with umoci, changes
// it there, and gives it to UnpackImage as a layout and, by skopeo, as an
// archive of docker save. umoci's own unpacking is the third opinion.
func TestImagesOfPeers(t *testing.T) {
	for _, p := range []string{"umoci", "skopeo"} {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%v: apt-get install %s", err, p)
		}
	}
	work, from := treeDir(t), treeDir(t)
	makeWildTree(t, from)
	// To an image this is a whiteout, and umoci would fill all of the hole.
	for _, name := range []string{"names/.wh.not-a-whiteout", "holes/9G"} {
		if err := os.Remove(filepath.Join(from, name)); err != nil {
			t.Fatal(err)
		}
	}
	archive, _, _ := exported(t, from, ExportOptions{})
	run := func(name string, args ...string) {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = work
		cmd.Env = append(os.Environ(), "HOME="+work, "XDG_RUNTIME_DIR="+work, "TMPDIR="+work)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", cmd, err, out)
		}
	}
	if err := os.WriteFile(filepath.Join(work, "root.tar"), archive, 0o600); err != nil {
		t.Fatal(err)
	}
	run("umoci", "init", "--layout", "layout")
	run("umoci", "new", "--image", "layout:one")
	run("umoci", "raw", "add-layer", "--image", "layout:one", "root.tar")

	// What umoci sets otherwise: it writes mode and time of the root itself
	// as it likes.
	skip := func(name string) bool { return name == "." || name == "socket" }
	compare := func(what, got, want string) {
		t.Helper()
		if d := (oracle{skip: skip}).differences(t, got, want); len(d) > 0 {
			t.Errorf("%s differs:\n%s", what, strings.Join(d, "\n"))
		}
	}
	image := func(file string) string {
		t.Helper()
		f, err := os.Open(filepath.Join(work, file))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		dir := treeDir(t)
		var skipped []string
		opts := Options{Skipped: func(name, why string) { skipped = append(skipped, name+": "+why) }}
		if _, err := UnpackImage(t.Context(), f, dir, "", opts); err != nil || len(skipped) > 0 {
			t.Errorf("UnpackImage(%s) = %v, skipped %q; want success, nothing skipped", file, err, skipped)
		}
		return dir
	}
	run("tar", "-C", "layout", "-cf", "layout.tar", ".")
	compare("the layout", image("layout.tar"), from)
	run("skopeo", "--insecure-policy", "copy", "oci:layout:one", "docker-archive:saved.tar:peers:one")
	compare("the archive of docker save", image("saved.tar"), from)
	run("skopeo", "--insecure-policy", "copy", "docker-archive:saved.tar", "oci-archive:again.tar:one")
	compare("the layout made of that", image("again.tar"), from)

	if os.Geteuid() != 0 {
		return // umoci marks files of others by attributes of its own then
	}
	run("umoci", "unpack", "--image", "layout:one", "bundle")
	rootfs := filepath.Join(work, "bundle/rootfs")
	for _, name := range []string{"etc/two", "names"} {
		if err := os.RemoveAll(filepath.Join(rootfs, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(rootfs, "names"), []byte("a file now"), 0o644); err != nil {
		t.Fatal(err)
	}
	run("umoci", "repack", "--image", "layout:two", "bundle")
	run("umoci", "rm", "--image", "layout:one")
	run("tar", "-C", "layout", "-cf", "two.tar", ".")
	two := image("two.tar")
	for name, want := range map[string]string{"etc/two": "", "names": "a file now", "etc/one": "one\n"} {
		if got, _ := os.ReadFile(filepath.Join(two, name)); string(got) != want {
			t.Errorf("after umoci's second layer %s = %q; want %q", name, got, want)
		}
	}
	// umoci rounds the times of what it packs, leaves "=" and "%" in attributes'
	// names in hexadecimal and out those without a value.
	changed := []string{".", "socket", "etc", "etc/one", "names"}
	o := oracle{skip: func(name string) bool { return slices.Contains(changed, name) }, xattr: func(name string) bool {
		return !strings.ContainsAny(name, "=%") && name != "user.empty"
	}}
	if d := o.differences(t, two, rootfs); len(d) > 0 {
		t.Errorf("the rest after umoci's second layer differs:\n%s", strings.Join(d, "\n"))
	}
}
