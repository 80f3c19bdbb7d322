package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// patience bounds one trial, since a child that waits for something the
// machine lacks must not keep the doctor waiting.
const patience = 10 * time.Second

// errNoProgram is a trial that could not be made, which says nothing about
// what the kernel permits.
var errNoProgram = errors.New("no harmless program found to try it with")

// try starts a child with attr that runs argv, or does nothing where argv is
// empty, and waits for it. Where the kernel refuses, the error unwraps to the
// errno; where the program ran and failed, it holds what the program wrote.
func try(ctx context.Context, attr *syscall.SysProcAttr, argv ...string) error {
	if len(argv) == 0 {
		argv = nothing()
		if argv == nil {
			return errNoProgram
		}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.SysProcAttr = attr
	// The working directory may be closed to the identity inside.
	cmd.Dir = "/"
	// What programs write is evidence, so it should not depend on the locale.
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.WaitDelay = time.Second
	// Left empty, these would be /dev/null, which a chroot need not have.
	var said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(""), &said, &said
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("run %s: %w", strings.Join(argv, " "), ctx.Err())
	case errors.As(err, &exit):
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(said.String()))
	}
	return err
}

// nothing returns a command that does nothing, or nil where the machine has none.
func nothing() []string {
	if path := find("true"); path != "" {
		return []string{path}
	}
	if path := find("sh"); path != "" {
		return []string{path, "-c", ":"}
	}
	return nil
}

// adminDirs are where Debian keeps programs for administrators; an ordinary
// user's PATH does not name them.
var adminDirs = []string{"/usr/local/sbin", "/usr/sbin", "/sbin"}

// find returns the path of a program in PATH or among the administrator's, or "".
func find(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, dir := range adminDirs {
		path := filepath.Join(dir, name)
		if unix.Access(path, unix.X_OK) == nil {
			return path
		}
	}
	return ""
}

// outcome says how a trial ended: "succeeded", or the errno by its name.
func outcome(err error) string {
	var errno syscall.Errno
	switch {
	case err == nil:
		return "succeeded"
	case errors.As(err, &errno):
		return fmt.Sprintf("%s (%v)", unix.ErrnoName(errno), errno)
	}
	return err.Error()
}
