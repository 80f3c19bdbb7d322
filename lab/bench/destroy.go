package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
)

// patience is how long Destroy waits for what was killed to be gone. In a virtual
// machine that was given little CPU time, a shell and its hog with 2 % of a CPU were
// in state R for 15 seconds with SIGKILL pending: they end on their quota, which
// releaseGroups lifts, and on what CPU time the machine has, which it can't.
const patience = time.Minute

// Destroy ends the bench's processes, removes its cgroups, takes its mounts down
// and removes its directory. What it looks for is named after the bench, so that it also finds
// what was made just before a byhand was killed. Should it be cut short itself,
// it can be done again.
func (b *Bench) Destroy(ctx context.Context) error {
	if b.lock == nil {
		return fmt.Errorf("destroy bench %s: it is not held, so that it may be somebody's own directory", b.ID)
	}
	if err := b.releaseGroups(); err != nil {
		return fmt.Errorf("destroy bench %s: %w", b.ID, err)
	}
	if err := b.endProcesses(ctx); err != nil {
		return fmt.Errorf("destroy bench %s: %w", b.ID, err)
	}
	if err := b.removeGroups(ctx); err != nil {
		return fmt.Errorf("destroy bench %s: %w", b.ID, err)
	}
	if err := b.unmount(); err != nil {
		return fmt.Errorf("destroy bench %s: %w", b.ID, err)
	}
	if err := b.removeFiles(); err != nil {
		return fmt.Errorf("destroy bench %s: %w", b.ID, err)
	}
	return b.lock.Close()
}

// removeFiles removes the directory, and in it the lock last: who finds the
// directory half removed must find it held.
func (b *Bench) removeFiles() error {
	entries, err := os.ReadDir(b.Dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if path := b.Path(e.Name()); path != b.lock.Name() {
			if err := RemoveTree(path); err != nil {
				return err
			}
		}
	}
	return RemoveTree(b.Dir)
}

// endProcesses kills what stands in the bench, until nothing does.
func (b *Bench) endProcesses(ctx context.Context) error {
	deadline := time.Now().Add(patience)
	killed := map[int]uint64{} // and when each had started
	var makers []maker
	defer func() { seeOff(ctx, makers) }()
	for {
		// A pid namespace does not end before everybody in it was reaped, also
		// who came into it from outside: where their parent was killed first,
		// they may be ours by now. ECHILD where not.
		for pid := range killed {
			_, _ = unix.Wait4(pid, nil, unix.WNOHANG, nil)
		}
		b.ReapOrphans()
		pids, err := b.Processes()
		if err != nil {
			return err
		}
		// Who is just ending has lost the root and the environment by which it was
		// known as the bench's, and still holds its namespaces.
		for pid, start := range killed {
			if kernel.Alive(pid, start) && !slices.Contains(pids, pid) {
				pids = append(pids, pid)
			}
		}
		if len(pids) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("still there %v after SIGKILL: %s", patience, states(pids))
		}
		makers = append(makers, makersOf(pids)...)
		for _, pid := range pids {
			if start, err := kernel.StartTime(pid); err == nil && killed[pid] == 0 {
				killed[pid] = start
			}
			kill(b, pid)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// ReapOrphans forgets what a shell of the bench's, or one that it started, has
// left behind and has ended since: it is ours, nobody else waits for it, and the
// pid namespace that it came into from outside can't end before.
func (b *Bench) ReapOrphans() {
	children, err := kernel.Children(os.Getpid())
	if err != nil {
		return
	}
	recorded := b.recorded()
	for _, c := range children {
		// What has the session's own number is the shell itself.
		if _, ours := recorded[c.Session]; ours && c.Ended() && c.PID != c.Session {
			_, _ = unix.Wait4(c.PID, nil, unix.WNOHANG, nil)
		}
	}
}

// states names processes and says what each of them is at.
func states(pids []int) string {
	var list []string
	for _, pid := range pids {
		if s, err := kernel.ReadStat(pid); err == nil {
			list = append(list, fmt.Sprintf("%d %s, %s", pid, s.Name, s.State))
		}
	}
	return strings.Join(list, "; ")
}

// kill signals by pidfd, and looks again whether the process is the bench's
// once the pidfd holds it: the number may have been given to another since.
func kill(b *Bench, pid int) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return
	}
	defer func() { _ = unix.Close(fd) }()
	if b.owns(pid, b.recorded()) {
		_ = unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0)
	}
	// Where it is our child, it must be forgotten too; otherwise ECHILD.
	_, _ = unix.Wait4(pid, nil, unix.WNOHANG, nil)
}

// Processes returns the processes that stand in the bench.
func (b *Bench) Processes() ([]int, error) {
	pids, err := kernel.PIDs()
	if err != nil {
		return nil, err
	}
	recorded := b.recorded()
	return slices.DeleteFunc(pids, func(pid int) bool { return !b.owns(pid, recorded) }), nil
}

// owns reports whether a process is the bench's: by its root, by the journal,
// or by the variable that byhand's own children carry.
func (b *Bench) owns(pid int, recorded map[int]uint64) bool {
	if pid == os.Getpid() {
		return false
	}
	if root, err := kernel.RootLink(pid); err == nil && (under(root, b.Dir) || b.pivoted(pid)) {
		return true
	}
	if start, found := recorded[pid]; found && kernel.Alive(pid, start) {
		return true
	}
	env, err := kernel.Environ(pid)
	return err == nil && slices.Contains(env, b.Env())
}

// pivoted reports whether a process has the bench's root as "/", of another mount
// namespace: by pivot_root(2).
func (b *Bench) pivoted(pid int) bool {
	ours, err := os.Stat(b.Root())
	if err != nil {
		return false
	}
	theirs, err := os.Stat(fmt.Sprintf("/proc/%d/root", pid))
	return err == nil && os.SameFile(ours, theirs)
}

func under(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, dir+string(filepath.Separator))
}

// unmount takes down this namespace's mounts below the bench, the last first.
func (b *Bench) unmount() error {
	mounts, err := kernel.Mounts(0)
	if err != nil {
		return err
	}
	for _, m := range slices.Backward(mounts) {
		if !under(m.Target, b.Dir) {
			continue
		}
		if err := unix.Unmount(m.Target, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW); err != nil {
			return fmt.Errorf("umount2 %s: %w", m.Target, err)
		}
	}
	return nil
}

// RemoveTree removes dir and what is below it, and stops at a mount: what is
// mounted there is not the bench's to remove.
func RemoveTree(dir string) error {
	parent, err := unix.Open(filepath.Dir(dir), unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: filepath.Dir(dir), Err: err}
	}
	defer func() { _ = unix.Close(parent) }()
	return removeAt(parent, filepath.Base(dir), dir)
}

func removeAt(parent int, name, path string) error {
	err := unix.Unlinkat(parent, name, 0)
	if err == nil || errors.Is(err, unix.ENOENT) {
		return nil
	}
	if !errors.Is(err, unix.EISDIR) && !errors.Is(err, unix.EPERM) {
		return &os.PathError{Op: "unlink", Path: path, Err: err}
	}
	// A directory without permissions can't be listed by an ordinary user.
	_ = unix.Fchmodat(parent, name, 0o700, 0)
	fd, err := unix.Openat2(parent, name, &unix.OpenHow{
		Flags:   unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_NO_XDEV | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_BENEATH,
	})
	if errors.Is(err, unix.ENOENT) {
		return nil // somebody else is at it too
	}
	if err != nil {
		return &os.PathError{Op: "openat2", Path: path, Err: err}
	}
	d := os.NewFile(uintptr(fd), path)
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, n := range names {
		if err := removeAt(fd, n, filepath.Join(path, n)); err != nil {
			return err
		}
	}
	if err := unix.Unlinkat(parent, name, unix.AT_REMOVEDIR); err != nil && !errors.Is(err, unix.ENOENT) {
		return &os.PathError{Op: "rmdir", Path: path, Err: err}
	}
	return nil
}
