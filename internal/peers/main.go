// Command peers times byhand beside the programs of its field, each pair in
// turn in one run, and prints the table that the README shows.
//
//	sudo go run ./internal/peers
//
// It works in a directory of its own and in a mount namespace of its own, and
// leaves nothing. A program that is not installed is named and left out.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

func main() { os.Exit(run()) }

func run() int {
	var o options
	flag.IntVar(&o.Runs, "n", 20, "how often each command of a pair is run")
	flag.IntVar(&o.Running, "running", 100, "how many containers run while starts are timed again")
	flag.StringVar(&o.Only, "only", "", "only rows whose text contains this")
	flag.Parse()
	err := apart(func() error { return compare(o) })
	if errors.Is(err, errSaid) {
		return 1
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		return 1
	}
	return 0
}

// options are the flags.
type options struct {
	// Runs is how often each command of a pair is run, and Running how many
	// containers run while starts are timed again.
	Runs, Running int
	// Only is a part of the text of the rows to make; "" for all.
	Only string
}

// apartMark tells this program that it is in the mount namespace made for it.
const apartMark = "BYHAND_PEERS_APART"

// errSaid is what the process in the namespace has told already.
var errSaid = errors.New("the comparison failed")

// unified is where a hierarchy of version 2 is mounted beside those of version 1.
const unified = "/sys/fs/cgroup/unified"

// apart runs f in a mount namespace of its own. There, the unified
// hierarchy is taken out of sight, since crun refuses both versions.
func apart(f func() error) error {
	if os.Geteuid() != 0 {
		return errors.New("not root: containers with every namespace and cgroup are timed; run it with sudo")
	}
	if os.Getenv(apartMark) == "" {
		c := exec.Command("/proc/self/exe", os.Args[1:]...)
		c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
		c.Env = append(os.Environ(), apartMark+"=1")
		c.SysProcAttr = &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS, Pdeathsig: unix.SIGKILL}
		if err := c.Run(); err != nil {
			return fmt.Errorf("%w: %w", errSaid, err)
		}
		return nil
	}
	if _, err := os.Stat(unified); err == nil {
		if err := unix.Unmount(unified, unix.MNT_DETACH); err != nil {
			return fmt.Errorf("umount %s in this namespace: %w", unified, err)
		}
		// Podman and crun write there all the same.
		if err := unix.Mount("tmpfs", unified, "tmpfs", 0, ""); err != nil {
			return fmt.Errorf("mount a tmpfs at %s in this namespace: %w", unified, err)
		}
	}
	return f()
}
