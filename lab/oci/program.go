package oci

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"byhand/lab/capability"
	"byhand/lab/container"
	"byhand/lab/sys"
)

// findProgram goes to the program's directory, which it makes where make is
// set, and finds its file.
func findProgram(t *sys.Tracer, p *specs.Process, make bool) (string, error) {
	err := t.Chdir(p.Cwd)
	if errors.Is(err, unix.ENOENT) && make {
		unix.Umask(0o022)
		if err := os.MkdirAll(p.Cwd, 0o755); err != nil {
			return "", err
		}
		err = t.Chdir(p.Cwd)
	}
	if err != nil {
		return "", fmt.Errorf("process.cwd: %w", err)
	}
	return container.Find(p.Args[0], p.Env)
}

// execute becomes the program, with the rights that the configuration gives it.
// The order matters: each step needs what the next one takes away.
func execute(t *sys.Tracer, p *specs.Process, path string, filter []unix.SockFilter) error {
	held, err := capabilities(p.Capabilities)
	if err != nil {
		return err
	}
	if err := capability.Bound(t, held.bounding); err != nil {
		return err
	}
	if p.NoNewPrivileges {
		if err := t.NoNewPrivileges(); err != nil {
			return err
		}
	} else if len(filter) > 0 {
		// Without no_new_privs this needs CAP_SYS_ADMIN, which goes next.
		if err := t.Seccomp(filter); err != nil {
			return err
		}
	}
	if err := identify(t, p.User, p.Terminal); err != nil {
		return err
	}
	if err := capability.HoldSets(t, held.effective, held.permitted, held.inheritable, held.ambient); err != nil {
		return err
	}
	if err := confineByAppArmor(p.ApparmorProfile); err != nil {
		return err
	}
	if p.NoNewPrivileges && len(filter) > 0 {
		if err := t.Seccomp(filter); err != nil {
			return err
		}
	}
	return t.Execve(path, p.Args, environment(p))
}

// identify becomes the user that the configuration names by number.
func identify(t *sys.Tracer, u specs.User, tty bool) error {
	groups := make([]int, len(u.AdditionalGids))
	for n, gid := range u.AdditionalGids {
		groups[n] = int(gid)
	}
	for fd := range 3 {
		var st unix.Stat_t
		if u.UID != 0 && unix.Fstat(fd, &st) == nil && (st.Mode&unix.S_IFMT == unix.S_IFIFO || tty) {
			// A courtesy, or it could not open /dev/stdout.
			_ = unix.Fchown(fd, int(u.UID), int(st.Gid))
		}
	}
	// EPERM: a user namespace of one id, which has no others to drop.
	if err := t.Setgroups(groups); err != nil && !(errors.Is(err, unix.EPERM) && len(groups) == 0) {
		return err
	}
	if err := t.Setresgid(int(u.GID)); err != nil {
		return fmt.Errorf("process.user.gid: %w", err)
	}
	// The permitted capabilities stay until HoldSets decides.
	if err := t.KeepCapabilities(); err != nil {
		return err
	}
	if err := t.Setresuid(int(u.UID)); err != nil {
		return fmt.Errorf("process.user.uid: %w", err)
	}
	umask := 0o022
	if u.Umask != nil {
		umask = int(*u.Umask)
	}
	unix.Umask(umask)
	return nil
}

// environment is the program's, with its user's home where it has none.
func environment(p *specs.Process) []string {
	for _, v := range p.Env {
		if strings.HasPrefix(v, "HOME=") {
			return p.Env
		}
	}
	home := "/"
	if who, err := container.LookUp(strconv.Itoa(int(p.User.UID))); err == nil {
		home = who.Home
	}
	return append(p.Env[:len(p.Env):len(p.Env)], "HOME="+home)
}

// confineByAppArmor asks that the program run under a profile, where the kernel
// has AppArmor; elsewhere there is none to ask.
func confineByAppArmor(profile string) error {
	enabled, err := os.ReadFile("/sys/module/apparmor/parameters/enabled")
	if profile == "" || err != nil || !strings.HasPrefix(string(enabled), "Y") {
		return nil
	}
	for _, file := range []string{"/proc/thread-self/attr/apparmor/exec", "/proc/thread-self/attr/exec"} {
		if err = os.WriteFile(file, []byte("exec "+profile), 0); err == nil {
			return nil
		}
	}
	return fmt.Errorf("process.apparmorProfile: %w", err)
}
