package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/spf13/pflag"
)

// ociExecFlags say what exec runs: a file has all of it, or the flags change the
// container's own program.
type ociExecFlags struct {
	file, user, cwd           string
	env, caps                 []string
	tty, detach, noPrivileges bool
}

func (e *ociExecFlags) add(f *pflag.FlagSet) {
	f.StringVarP(&e.file, "process", "p", "", "a JSON file with the whole process object")
	f.StringVarP(&e.user, "user", "u", "", "UID[:GID]")
	f.StringVar(&e.cwd, "cwd", "", "the working directory")
	f.StringArrayVarP(&e.env, "env", "e", nil, "NAME=value")
	f.StringArrayVarP(&e.caps, "cap", "c", nil, "a further capability")
	f.BoolVarP(&e.tty, "tty", "t", false, "give it a terminal")
	f.BoolVarP(&e.detach, "detach", "d", false, "do not wait")
	f.BoolVar(&e.noPrivileges, "no-new-privs", false, "let it gain no privileges")
}

// process is the program to run in a container whose own is first.
func (e *ociExecFlags) process(first *specs.Process, argv []string) (specs.Process, error) {
	var p specs.Process
	if e.file != "" {
		text, err := os.ReadFile(e.file)
		if err == nil {
			err = json.Unmarshal(text, &p)
		}
		if err != nil {
			return p, fmt.Errorf("--process %s: %w", e.file, err)
		}
		p.Terminal = p.Terminal || e.tty
		return p, nil
	}
	if len(argv) == 0 {
		return p, errors.New("say what to run: a command, or --process FILE")
	}
	if first != nil {
		p = *first
	}
	p.Args, p.Terminal = argv, e.tty
	p.Env = append(p.Env[:len(p.Env):len(p.Env)], e.env...)
	p.NoNewPrivileges = p.NoNewPrivileges || e.noPrivileges
	if e.cwd != "" {
		p.Cwd = e.cwd
	}
	if len(e.caps) > 0 {
		all := specs.LinuxCapabilities{}
		if p.Capabilities != nil {
			all = *p.Capabilities
		}
		for _, set := range []*[]string{&all.Bounding, &all.Effective, &all.Permitted} {
			*set = append((*set)[:len(*set):len(*set)], e.caps...)
		}
		p.Capabilities = &all
	}
	return p, e.identify(&p.User)
}

// identify reads --user.
func (e *ociExecFlags) identify(u *specs.User) error {
	if e.user == "" {
		return nil
	}
	*u = specs.User{Umask: u.Umask}
	uid, gid, hasGID := strings.Cut(e.user, ":")
	n, err := strconv.ParseUint(uid, 10, 32)
	if err != nil {
		return fmt.Errorf("--user %s: want numbers, UID[:GID]", e.user)
	}
	u.UID = uint32(n)
	if hasGID {
		n, err := strconv.ParseUint(gid, 10, 32)
		if err != nil {
			return fmt.Errorf("--user %s: want numbers, UID[:GID]", e.user)
		}
		u.GID = uint32(n)
	}
	return nil
}
