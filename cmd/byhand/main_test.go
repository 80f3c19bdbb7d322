package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"byhand/internal/breakout"
	"byhand/internal/rerun"
	"byhand/internal/torture"
	"byhand/lab/network"
	"byhand/lab/process"
	"byhand/lab/rootfs"
)

func TestMain(m *testing.M) {
	// The children of the command under test are this test binary again.
	if process.IsChild() {
		os.Exit(process.ChildMain(stages()))
	}
	// Containers have a bridge, and that is not to be the machine's.
	tests := len(os.Args) > 1 && strings.HasPrefix(os.Args[1], "-test.")
	if tests && os.Geteuid() == 0 && !rerun.IsApart() {
		os.Exit(rerun.Apart(unix.CLONE_NEWNET))
	}
	// Registries are served on loopback, which a new network has down.
	if tests && rerun.IsApart() {
		if err := network.Loopback(nil); err != nil {
			fmt.Fprintln(os.Stderr, "set up the loopback device:", err)
			os.Exit(1)
		}
	}
	testscript.Main(m, commands())
}

// commands are what this test binary is by its names.
func commands() map[string]func() {
	return map[string]func(){"byhand": main, ociName: main, worldName: worldMain, torture.Launcher: torture.LaunchMain, proberName: breakout.Main}
}

func TestScripts(t *testing.T) {
	p := params(t)
	p.Dir = "testdata/script"
	testscript.Run(t, p)
}

// params are what the scripts have in common.
func params(t *testing.T) testscript.Params {
	if rerun.IsApart() {
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
	return testscript.Params{
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "readonly": readOnly, "chrooted": chrooted, "registry": serveRegistry, "dockerregistry": dockerRegistry,
			"hostroot": hostRoot(root), "answers": answers,
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "able":
				return able(t), nil
			case "root":
				return os.Geteuid() == 0, nil
			case "session":
				return os.Getenv("XDG_RUNTIME_DIR") != "", nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("BYHAND_HOME", filepath.Join(e.WorkDir, "home"))
			program, err := os.Executable()
			e.Setenv("BYHAND_BINARY", program)
			e.Setenv("UID", strconv.Itoa(os.Geteuid()))
			// Where an ordinary user's systemd is asked for groups.
			e.Setenv("XDG_RUNTIME_DIR", os.Getenv("XDG_RUNTIME_DIR"))
			return err
		},
	}
}
