package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"byhand/lab"
	"byhand/lab/process"
	"byhand/lab/rootfs"
)

func TestMain(m *testing.M) {
	// The children of the command under test are this test binary again.
	if process.IsChild() {
		os.Exit(process.ChildMain(lab.Stages()))
	}
	testscript.Main(m, map[string]func(){"byhand": main})
}

func TestScripts(t *testing.T) {
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
			"hostroot": hostRoot(root),
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
			return nil
		},
	})
}
