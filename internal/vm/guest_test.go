package vm

import (
	"os/exec"
	"path/filepath"
	"testing"
)

func TestShellcheck(t *testing.T) {
	shellcheck, err := exec.LookPath("shellcheck")
	if err != nil {
		t.Skip("shellcheck is not installed: apt-get install shellcheck")
	}
	for _, pattern := range []string{"guest/*.sh", "testdata/*.sh"} {
		scripts, err := filepath.Glob(pattern)
		if err != nil || len(scripts) == 0 {
			t.Fatalf("no scripts %s: %v", pattern, err)
		}
		for _, script := range scripts {
			if out, err := exec.Command(shellcheck, script).CombinedOutput(); err != nil {
				t.Errorf("shellcheck %s = %v\n%s", script, err, out)
			}
		}
	}
}
