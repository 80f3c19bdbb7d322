package rootfs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

// mirrorVariable names the environment variable with the address of the
// archive that debootstrap is to use instead of its default.
const mirrorVariable = "BYHAND_MIRROR"

// fromDebootstrap lets debootstrap(8) install a minimal system into dir.
func fromDebootstrap(ctx context.Context, suite, dir string, report func(Progress)) error {
	program, ok := tree("/").lookup("debootstrap")
	if !ok {
		return errors.New("debootstrap is not installed: apt-get install debootstrap")
	}
	if os.Geteuid() != 0 {
		return errors.New("debootstrap needs root, since it makes device nodes and runs chroot: use sudo")
	}
	steps := int64(0)
	out := &output{line: func(line string) {
		if what, ok := debootstrapStep(line); ok {
			steps++
			report(Progress{What: what, Done: steps, Unit: "steps"})
		}
	}}
	cmd := exec.CommandContext(ctx, program, debootstrapArgs(suite, dir)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "PATH="+systemPath)
	cmd.Stdout, cmd.Stderr = out, out
	// debootstrap mounts proc and sys in dir. In a mount namespace of its own
	// they vanish with it, even when it is killed. A process group of its own
	// lets its children be stopped with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("debootstrap %s: %w: %s", suite, err, strings.Join(out.tail(), "; "))
	}
	return nil
}

// debootstrapArgs returns the arguments that install suite into dir.
func debootstrapArgs(suite, dir string) []string {
	args := []string{"--variant=minbase", suite, dir}
	if mirror := os.Getenv(mirrorVariable); mirror != "" {
		args = append(args, mirror)
	}
	return args
}

// stepLine matches what debootstrap says as it goes on, such as
// "I: Retrieving libc6 2.36-9".
var stepLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^I: (Retrieving|Validating|Extracting|Unpacking|Configuring) (.+?)(\.\.\.)?$`)
})

// debootstrapStep understands one line of debootstrap's output. How many steps
// will come, it does not tell.
func debootstrapStep(line string) (string, bool) {
	m := stepLine().FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	return strings.ToLower(m[1]) + " " + m[2], true
}

// output passes on each line that is written to it and keeps the last ones
// for an error.
type output struct {
	line func(string)
	rest []byte
	last []string
}

// keptLines is enough for debootstrap's error and what led to it.
const keptLines = 5

// tail returns the last lines, with what came after the last line break.
func (o *output) tail() []string {
	if len(o.rest) == 0 {
		return o.last
	}
	return append(o.last[:len(o.last):len(o.last)], string(o.rest))
}

// Write takes the next part of the output.
func (o *output) Write(p []byte) (int, error) {
	o.rest = append(o.rest, p...)
	for {
		line, rest, ok := bytes.Cut(o.rest, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		o.rest = rest
		text := string(line)
		o.last = append(o.last, text)
		o.last = o.last[max(0, len(o.last)-keptLines):]
		o.line(text)
	}
}
