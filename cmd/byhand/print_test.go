package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"byhand/lab/bench"
	"byhand/lessons"
)

// TestEveryPrintedScriptIsOne has bash, and shellcheck where there is one, read
// what each lesson prints for the learner.
func TestEveryPrintedScriptIsOne(t *testing.T) {
	checks := [][]string{{"bash", "-n"}}
	if _, err := exec.LookPath("shellcheck"); err == nil {
		checks = append(checks, []string{"shellcheck"})
	} else {
		t.Log("no shellcheck here: bash alone reads the scripts")
	}
	dir := t.TempDir()
	for _, l := range lessons.Syllabus() {
		path := filepath.Join(dir, l.Name+".sh")
		if err := os.WriteFile(path, []byte(script(l, &bench.Bench{Source: "host"})), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, check := range checks {
			if out, err := exec.CommandContext(t.Context(), check[0], append(check[1:], path)...).CombinedOutput(); err != nil {
				t.Errorf("%v of lesson %s: %v\n%s", check, l.Name, err, out)
			}
		}
	}
}
