package container

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/capability"
	"byhand/lab/process"
	"byhand/lab/sys"
)

// Program is what is executed inside a container, and as whom.
type Program struct {
	// Argv is its name and its arguments.
	Argv []string
	// Env is its environment.
	Env []string
	// Dir is its working directory.
	Dir string
	// TTY says that its input is a terminal.
	TTY bool
	// Who is who it runs as.
	Who Who
	// Caps are its capabilities if it is root, and what it can ever get.
	Caps kernel.Capabilities
	// Filter judges its system calls; empty for none.
	Filter []unix.SockFilter
	// NoNewPrivileges keeps it from gaining any.
	NoNewPrivileges bool
	// First is set where it is the container's own program, and not one that
	// joins it: then it ends together with who started it.
	First *process.Child
}

// execute becomes the program. It returns only where that failed.
func (p Program) execute(t *sys.Tracer) (Outcome, error) {
	path, err := p.prepare(t)
	if err != nil {
		return Failed(err), nil
	}
	if err := p.confine(t); err != nil {
		return Outcome{}, err
	}
	err = t.Execve(path, p.Argv, p.environment())
	return Failed(fmt.Errorf("exec %s: %w", path, errno(err))), nil
}

// prepare goes where the program is to start, and finds it.
func (p Program) prepare(t *sys.Tracer) (path string, err error) {
	dir := p.Dir
	if dir == "" {
		dir = "/"
	}
	err = t.Chdir(dir)
	if errors.Is(err, unix.ENOENT) && p.First != nil {
		// Docker makes the working directory that run names, though not exec's.
		unix.Umask(0o022)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return "", err
		}
		err = t.Chdir(dir)
	}
	if err != nil {
		return "", fmt.Errorf("chdir to cwd (%q) set in config.json failed: %w", dir, errno(err))
	}
	unix.Umask(0o022)
	return Find(p.Argv[0], p.environment())
}

// confine gives up everything that the program is not to have. The order
// matters: each step needs what the next one takes away.
func (p Program) confine(t *sys.Tracer) error {
	if err := capability.Bound(t, p.Caps); err != nil {
		return err
	}
	if p.NoNewPrivileges {
		if err := t.NoNewPrivileges(); err != nil {
			return err
		}
	}
	if len(p.Filter) > 0 {
		// Without no_new_privs this needs CAP_SYS_ADMIN, which goes next.
		if err := t.Seccomp(p.Filter); err != nil {
			return err
		}
	}
	if err := p.identify(t); err != nil {
		return err
	}
	held := p.Caps
	if p.Who.UID != 0 {
		held = 0 // as execve(2) would have it anyway
	}
	if err := capability.Hold(t, held); err != nil {
		return err
	}
	if p.First == nil {
		return nil
	}
	// Last, since a change of ids clears it. It says nothing of a parent that
	// has ended already.
	if err := t.DieWithParent(); err != nil {
		return err
	}
	if p.First.Orphaned() {
		return errors.New("who started the container has ended")
	}
	return nil
}

// identify changes who we are, if that is anybody else. First the groups,
// which only root may change.
func (p Program) identify(t *sys.Tracer) error {
	who := p.Who
	if who.UID != 0 {
		p.give()
	}
	if err := t.Setgroups(who.Groups); err != nil && !errors.Is(err, unix.EPERM) {
		return err // EPERM: a user namespace of one id, which has no others to drop
	}
	if who.GID != unix.Getegid() {
		if err := t.Setresgid(who.GID); err != nil {
			return unmapped(err, "group", who.GID)
		}
	}
	if who.UID == unix.Geteuid() {
		return nil
	}
	// The capabilities stay permitted until Hold decides: it must still be
	// allowed to ask.
	if err := t.KeepCapabilities(); err != nil {
		return err
	}
	return unmapped(t.Setresuid(who.UID), "user", who.UID)
}

// give makes the standard files the user's, or it could not open /dev/stdout.
func (p Program) give() {
	for fd := range 3 {
		var st unix.Stat_t
		if unix.Fstat(fd, &st) == nil && (st.Mode&unix.S_IFMT == unix.S_IFIFO || p.TTY) {
			_ = unix.Fchown(fd, p.Who.UID, int(st.Gid)) // a courtesy
		}
	}
}

// unmapped explains EINVAL, which stands for an id that is not in the map.
func unmapped(err error, kind string, id int) error {
	if errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("%w: the container's user namespace has only one %s, 0, and no %s %d; sudo has them all", err, kind, kind, id)
	}
	return err
}

// environment is the program's, with the home directory where it has none.
func (p Program) environment() []string {
	for _, variable := range p.Env {
		if strings.HasPrefix(variable, "HOME=") {
			return p.Env
		}
	}
	return append(p.Env[:len(p.Env):len(p.Env)], "HOME="+p.Who.Home)
}
