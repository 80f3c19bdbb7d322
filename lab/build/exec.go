package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"byhand/lab/overlay"
	"byhand/lab/process"
)

// Stage is the name of Inside in a process.Table.
const Stage = "build-run"

// Namespaces is the Executor of the lessons' primitives: namespaces, an
// overlay, chroot. The network stays the machine's, since RUN is there to
// install things.
type Namespaces struct{}

// Run is Executor's.
func (Namespaces) Run(ctx context.Context, j Job) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	p, err := process.Start(nil, process.Command{
		Stage: Stage, Args: j, Stdout: w, Stderr: w,
		Clone: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS,
	})
	w.Close()
	if err != nil {
		return err
	}
	// As the first of its pid namespace it takes all others with it.
	stop := context.AfterFunc(ctx, func() { _ = p.Kill() })
	defer stop()
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		if j.Out == nil {
			j.Out = io.Discard
		}
		_, _ = io.Copy(j.Out, r)
	}()
	followed := p.Follow(ctx, nil)
	status, err := p.Wait()
	<-copied
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case followed != nil:
		return followed
	case err != nil:
		return err
	case status != 0:
		return fmt.Errorf("%q ended with exit status %d", j.Argv, status)
	}
	return nil
}

// Inside is the stage: it mounts the layers, makes them its root, and becomes
// the command.
func Inside(c *process.Child, j Job) (struct{}, error) {
	var none struct{}
	runtime.LockOSThread() // capabilities are a thread's
	if err := c.Trace.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return none, err
	}
	root := filepath.Join(filepath.Dir(j.Upper), "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		return none, err
	}
	marks, err := overlay.UserXattr()
	if err != nil {
		return none, err
	}
	if err := overlay.Mount(overlay.Spec{Lower: j.Lower, Upper: j.Upper, Work: j.Work, UserXattr: marks}, root); err != nil {
		return none, err
	}
	if err := kernelFiles(c, root); err != nil {
		return none, err
	}
	if err := pivot(root); err != nil {
		return none, err
	}
	if err := enterDir(c, j.Dir); err != nil {
		return none, err
	}
	if err := dropCapabilities(); err != nil {
		return none, err
	}
	if err := become(j.UID, j.GID); err != nil {
		return none, err
	}
	env := j.Env
	if !hasName(env, "PATH") {
		env = append(env, "PATH="+process.DefaultPath)
	}
	if !hasName(env, "HOME") {
		env = append(env, "HOME="+map[bool]string{true: "/root", false: "/"}[j.UID == 0])
	}
	program, err := find(j.Argv[0], env)
	if err != nil {
		return none, err
	}
	return none, c.Trace.Execve(program, j.Argv, env)
}

// pivot makes root the root of this mount namespace, and takes the old one
// away: a chroot has a way out, this has none.
func pivot(root string) error {
	if err := unix.Chdir(root); err != nil {
		return fmt.Errorf("chdir %s: %w", root, err)
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot_root %s: %w", root, err)
	}
	// The old root now lies over the new one.
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("umount the old root: %w", err)
	}
	return unix.Chdir("/")
}

// kept are the capabilities that Docker leaves to root in a container.
var kept = []int{
	unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER, unix.CAP_FSETID, unix.CAP_KILL, unix.CAP_SETGID, unix.CAP_SETUID,
	unix.CAP_SETPCAP, unix.CAP_NET_BIND_SERVICE, unix.CAP_NET_RAW, unix.CAP_SYS_CHROOT, unix.CAP_MKNOD, unix.CAP_AUDIT_WRITE, unix.CAP_SETFCAP,
}

// dropCapabilities takes the others out of the bounding set of this thread,
// which is the one that executes: root gets no more of them by execve(2).
func dropCapabilities() error {
	for c := 0; c <= 63; c++ {
		if slices.Contains(kept, c) {
			continue
		}
		err := unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(c), 0, 0, 0)
		if errors.Is(err, unix.EINVAL) { // the kernel knows no more
			return nil
		}
		if err != nil {
			return fmt.Errorf("prctl PR_CAPBSET_DROP %d: %w", c, err)
		}
	}
	return nil
}

// deviceNames are those of the machine that a container sees.
var deviceNames = [...]string{"null", "zero", "full", "random", "urandom", "tty"}

// kernelFiles mounts /proc, and a /dev with the machine's harmless devices,
// where the image has the directories for it: making them would put them into
// the layer. It comes before the old root goes, which has the devices; a link
// in the image's root to a directory of the machine's is no directory here.
func kernelFiles(c *process.Child, root string) error {
	if proc := root + "/proc"; isDir(proc) {
		if err := c.Trace.Mount("proc", proc, "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
			return err
		}
	}
	dev := root + "/dev"
	if !isDir(dev) {
		return nil
	}
	if err := c.Trace.Mount("tmpfs", dev, "tmpfs", unix.MS_NOSUID, "mode=755,size=65536k"); err != nil {
		return err
	}
	for _, name := range deviceNames {
		at := dev + "/" + name
		if err := os.WriteFile(at, nil, 0o600); err != nil {
			return err
		}
		if err := c.Trace.Mount("/dev/"+name, at, "", unix.MS_BIND, ""); err != nil {
			return err
		}
	}
	for name, to := range map[string]string{"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2"} {
		if err := os.Symlink(to, dev+"/"+name); err != nil {
			return err
		}
	}
	return nil
}

// isDir tells whether a directory stands there; a link to one is none.
func isDir(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

// enterDir makes the working directory and enters it.
func enterDir(c *process.Child, dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return c.Trace.Chdir(dir)
}

// become gives up root for another user, groups first: afterwards it is no
// more allowed.
func become(uid, gid int) error {
	// Those of package syscall do it on every thread of the process.
	// EPERM: a user namespace of one id has no groups to drop.
	if err := syscall.Setgroups([]int{gid}); err != nil && !errors.Is(err, unix.EPERM) {
		return fmt.Errorf("setgroups: %w", err)
	}
	if err := syscall.Setresgid(gid, gid, gid); err != nil {
		return fmt.Errorf("setresgid %d: %w", gid, err)
	}
	if err := syscall.Setresuid(uid, uid, uid); err != nil {
		return fmt.Errorf("setresuid %d: %w", uid, err)
	}
	return nil
}

func hasName(env []string, name string) bool {
	for _, e := range env {
		if strings.HasPrefix(e, name+"=") {
			return true
		}
	}
	return false
}

// find looks a program up in the PATH of env, inside the root.
func find(program string, env []string) (string, error) {
	if strings.Contains(program, "/") {
		return program, nil
	}
	for _, e := range env {
		list, ok := strings.CutPrefix(e, "PATH=")
		if !ok {
			continue
		}
		for _, dir := range filepath.SplitList(list) {
			path := filepath.Join(dir, program)
			if unix.Access(path, unix.X_OK) == nil {
				return path, nil
			}
		}
	}
	return "", fmt.Errorf("no program %q in the image", program)
}
