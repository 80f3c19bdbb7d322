package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"byhand/lab"
	"byhand/lab/network"
	"byhand/lab/process"
	"byhand/lab/rootfs"
)

func TestMain(m *testing.M) {
	// The children of the command under test are this test binary again.
	if process.IsChild() {
		os.Exit(process.ChildMain(lab.Stages()))
	}
	if len(os.Args) > 1 && strings.HasPrefix(os.Args[1], "-test.") {
		apart(m)
		return
	}
	testscript.Main(m, commands())
}

// commands are what this test binary is by its names.
func commands() map[string]func() { return map[string]func(){"byhand": main, ociName: main} }

// envApart tells this test binary that it is in the network namespace made for it.
const envApart = "BYHAND_TEST_APART"

// apart runs the tests as root in a network namespace of their own: containers
// have a bridge, and that is not to be the machine's.
func apart(m *testing.M) {
	if os.Geteuid() != 0 || os.Getenv(envApart) != "" {
		testscript.Main(m, commands())
		return
	}
	c := exec.Command("/proc/self/exe", os.Args[1:]...)
	c.Args[0] = os.Args[0]
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), envApart+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET, Pdeathsig: unix.SIGKILL}
	err := c.Run()
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		os.Exit(ended.ExitCode())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "run the tests in a network namespace of their own:", err)
		os.Exit(1)
	}
}

func TestScripts(t *testing.T) {
	if os.Getenv(envApart) != "" {
		if err := network.Loopback(nil); err != nil {
			t.Fatal(err)
		}
	}
	// Containers leave the root that they are made from as it is, so one does
	// for all scripts.
	root := sync.OnceValues(func() (string, error) {
		dir := filepath.Join(t.TempDir(), "root")
		return dir, rootfs.Build(t.Context(), rootfs.Source{Kind: rootfs.Host}, dir, nil)
	})
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "readonly": readOnly, "chrooted": chrooted, "registry": serveRegistry,
			"hostroot": hostRoot(root), "answers": answers,
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "able":
				return able(t), nil
			case "root":
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("BYHAND_HOME", filepath.Join(e.WorkDir, "home"))
			program, err := os.Executable()
			e.Setenv("BYHAND_BINARY", program)
			return err
		},
	})
}
