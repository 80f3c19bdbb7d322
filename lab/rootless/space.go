package rootless

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/idmap"
	"byhand/lab/process"
	"byhand/lab/sys"
)

// space names the namespaces of an engine. The mount namespace belongs to the
// user namespace: in the machine's own nothing could be mounted.
type space struct {
	// User and Mount are the links in /proc/PID/ns.
	User, Mount string
}

// of reads which namespaces a process is in.
func of(pid int) (s space, err error) {
	if s.User, err = kernel.Namespace(pid, "user"); err == nil {
		s.Mount, err = kernel.Namespace(pid, "mnt")
	}
	return s, err
}

// Start starts a process as root of the user namespace of the engine whose
// directory is dir, which is made where nobody is in it.
func Start(dir string, c process.Command) (*process.Process, error) {
	lock, err := os.OpenFile(filepath.Join(dir, "rootless.lock"), os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the engine's user namespace: %w", err)
	}
	defer lock.Close() // which unlocks it
	// Two that come at once must not make two.
	if err := sys.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return nil, fmt.Errorf("flock %s: %w", lock.Name(), err)
	}
	file := filepath.Join(dir, "rootless.json")
	c.Env = append(c.Env, idmap.Variable+"="+dir)
	p, err := join(file, dir, c)
	if err != nil {
		return nil, err
	}
	if p == nil {
		if p, err = begin(c); err != nil {
			return nil, err
		}
		if err := note(file, p.PID); err != nil {
			_ = p.Kill()
			_, _ = p.Wait()
			return nil, err
		}
	}
	settle(p.PID)
	return p, nil
}

// settle waits until the kernel shows a new process's environment, or the
// process has ended. execve(2) closes descriptors, by which we learn of it,
// before it tells where the environment lies; whoever has the lock next looks
// for the mark there, and would make a second user namespace.
func settle(pid int) {
	for {
		if env, err := kernel.Environ(pid); err != nil || len(env) > 0 {
			return
		}
		if s, err := kernel.ReadStat(pid); err != nil || s.Ended() {
			return
		}
		time.Sleep(100 * time.Microsecond)
	}
}

// begin starts the process in new namespaces.
func begin(c process.Command) (*process.Process, error) {
	m := idmap.Own()
	c.Clone = unix.CLONE_NEWUSER | unix.CLONE_NEWNS
	c.UIDMap, c.GIDMap = m.UID, m.GID
	p, err := process.Start(nil, c)
	if err != nil {
		return nil, fmt.Errorf("make a user namespace: %w", err)
	}
	return p, nil
}

// join starts the process in the namespaces that a file names, or returns nil
// where nobody is in them any more.
func join(file, dir string, c process.Command) (*process.Process, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var want space
	if err == nil {
		err = json.Unmarshal(text, &want)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	pids, err := kernel.PIDs()
	if err != nil {
		return nil, err
	}
	for _, pid := range pids {
		if got, err := of(pid); err != nil || got != want || !marked(pid, dir) {
			continue // somebody else's, perhaps one that can't even be looked at
		}
		c.JoinPID, c.Join = pid, unix.CLONE_NEWUSER|unix.CLONE_NEWNS
		p, err := process.Start(nil, c)
		if err == nil {
			return p, nil
		}
		if got, gone := of(pid); gone == nil && got == want {
			return nil, fmt.Errorf("join the user namespace of process %d: %w", pid, err)
		}
		// It has just ended; another may still be there.
	}
	return nil, nil
}

// marked reports whether a process was started here for the engine of a
// directory. The kernel gives the numbers of namespaces that are gone to others.
func marked(pid int, dir string) bool {
	env, err := kernel.Environ(pid)
	return err == nil && slices.Contains(env, idmap.Variable+"="+dir)
}

// note writes down which namespaces a process is in.
func note(file string, pid int) error {
	s, err := of(pid)
	if err != nil {
		return err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
