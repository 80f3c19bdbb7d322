package rootfs

import (
	"os"
	"os/exec"
	"testing"
)

// runInside runs script in a shell chrooted to root, with a proc of its own:
// ps(1) does not even tell its version without one. Mounts and processes stay
// in namespaces of their own. An ordinary user becomes root of a user
// namespace, or the test is skipped where that is forbidden.
func runInside(t *testing.T, root, script string) string {
	t.Helper()
	unshare := []string{"unshare", "--mount", "--pid", "--fork", "--kill-child"}
	if os.Geteuid() != 0 {
		unshare = append(unshare, "--map-root-user")
	}
	mount := append(unshare, "mount", "-t", "proc", "proc", t.TempDir())
	if out, err := exec.Command(mount[0], mount[1:]...).CombinedOutput(); err != nil {
		t.Skipf("this process may not make namespaces and mount proc: %v: %s", err, out)
	}
	args := append(unshare, "sh", "-c", `mount -t proc proc "$1/proc" && exec chroot "$1" /bin/sh -c "$2"`, "sh", root, script)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = []string{"PATH=" + systemPath}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("chroot %s sh -c %q = %v: %s; want success", root, script, err, out)
	}
	return string(out)
}
