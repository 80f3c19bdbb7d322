package rootfs

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// layout makes files in a new tree: a value "-> x" makes a link to x, any
// other is the content of a file that may be executed.
func layout(t testing.TB, files map[string]string) tree {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		place(t, filepath.Join(root, name), content)
	}
	return tree(root)
}

func place(t testing.TB, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	var err error
	if len(content) > 3 && content[:3] == "-> " {
		err = os.Symlink(content[3:], name)
	} else {
		err = os.WriteFile(name, []byte(content), 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestFollow(t *testing.T) {
	root := layout(t, map[string]string{
		"bin":                  "-> usr/bin",
		"usr/bin/dash":         "the file",
		"usr/bin/sh":           "-> dash",
		"usr/bin/awk":          "-> /etc/alternatives/awk",
		"etc/alternatives/awk": "-> ../../../../bin/dash", // climbs past the top, which is the top
		"etc/passwd-link":      "-> /etc/passwd",          // exists on the machine only
		"loop":                 "-> loop",
	})
	tests := []struct {
		name, file string
		links      []string
	}{
		{"/usr/bin/dash", "/usr/bin/dash", nil},
		{"/bin/sh", "/usr/bin/dash", []string{"/bin", "/usr/bin/sh"}},
		{"/usr/bin/awk", "/usr/bin/dash", []string{"/usr/bin/awk", "/etc/alternatives/awk", "/bin"}},
		{"/bin/../bin/dash", "/usr/bin/dash", []string{"/bin"}}, // ".." of what the link leads to: /usr
		{"/", "/", nil},
	}
	for _, tt := range tests {
		file, links, err := root.follow(tt.name)
		if err != nil || file != tt.file || !slices.Equal(links, tt.links) {
			t.Errorf("follow(%q) = %q, %q, %v; want %q, %q", tt.name, file, links, err, tt.file, tt.links)
		}
	}
	for _, name := range []string{"/etc/passwd-link", "/loop", "/usr/bin/dash/x", "/absent"} {
		if file, err := root.resolve(name); err == nil {
			t.Errorf("resolve(%q) = %q; want an error", name, file)
		}
	}
}
