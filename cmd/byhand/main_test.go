package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"byhand/lab"
	"byhand/lab/process"
)

func TestMain(m *testing.M) {
	// The children of the command under test are this test binary again.
	if process.IsChild() {
		os.Exit(process.ChildMain(lab.Stages()))
	}
	testscript.Main(m, map[string]func(){"byhand": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "readonly": readOnly, "chrooted": chrooted, "registry": serveRegistry,
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
