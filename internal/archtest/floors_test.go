// Package archtest holds the house to its floors: a package imports only downward.
package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// banned lists, for the packages below a directory, what they may not import.
var banned = []struct {
	below   string
	imports []string
}{
	{"lab", []string{"byhand/lessons", "byhand/cmd", "byhand/internal/runner", "byhand/internal/lesson", "byhand/internal/ui", "byhand/internal/progress"}},
	{"internal/kernel", []string{"byhand/"}},
	{"internal/lesson", []string{"byhand/lessons", "byhand/cmd", "byhand/internal/runner", "byhand/internal/ui"}},
	{"internal/runner", []string{"byhand/lessons", "byhand/cmd", "byhand/internal/ui"}},
	{"internal/ui", []string{"byhand/lessons", "byhand/cmd"}},
	{"lessons", []string{"byhand/cmd", "byhand/internal/ui", "byhand/internal/runner", "github.com/spf13/cobra"}},
}

// only names the one place that may import a library.
var only = map[string]string{
	"github.com/spf13/cobra":        "cmd",
	"github.com/fatih/color":        "internal/ui",
	"github.com/AlecAivazis/survey": "internal/ui",
}

// violations returns what an import of a package in dir does wrong.
func violations(dir, imported string) []string {
	var found []string
	for _, b := range banned {
		for _, prefix := range b.imports {
			if below(dir, b.below) && strings.HasPrefix(imported, prefix) {
				found = append(found, dir+" imports "+imported)
			}
		}
	}
	for library, place := range only {
		if strings.HasPrefix(imported, library) && !below(dir, place) {
			found = append(found, dir+" imports "+imported+", which only "+place+" may")
		}
	}
	lesson, other := strings.TrimPrefix(dir, "lessons/"), strings.TrimPrefix(imported, "byhand/lessons/")
	if lesson != dir && other != imported && lesson != other && !strings.HasPrefix(other, "internal/") {
		found = append(found, "lesson "+lesson+" imports lesson "+other)
	}
	return found
}

func below(dir, top string) bool { return dir == top || strings.HasPrefix(dir, top+"/") }

func TestFloors(t *testing.T) {
	const top = "../.."
	files := 0
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		tree, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(top, filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, i := range tree.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			for _, v := range violations(dir, imported) {
				t.Error(v)
			}
		}
		return nil
	})
	if err != nil || files < 20 {
		t.Fatalf("read %d files, %v; want the whole tree", files, err)
	}
}

// TestViolationsAreSeen sees the test of the floors bite.
func TestViolationsAreSeen(t *testing.T) {
	for _, bad := range [][2]string{
		{"lab/mount", "byhand/internal/ui"},
		{"lessons/chroot", "byhand/lessons/unshare"},
		{"lessons/chroot", "github.com/spf13/cobra"},
		{"internal/runner", "github.com/fatih/color"},
		{"internal/kernel", "byhand/lab/sys"},
	} {
		if len(violations(bad[0], bad[1])) == 0 {
			t.Errorf("violations(%q, %q) = none; want one", bad[0], bad[1])
		}
	}
	if got := violations("lessons/chroot", "byhand/lessons/internal/steps"); len(got) > 0 {
		t.Errorf("violations = %v; want none", got)
	}
}
