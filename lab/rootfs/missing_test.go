package rootfs

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestMissing removes one file after the other from a sound root.
func TestMissing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		remove func(files []string) string // of the files that sh loads, the loader first
	}{
		{"the loader", func(files []string) string { return files[0] }},
		{"the C library", func(files []string) string { return files[len(files)-1] }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := tree(buildHost(t))
			files, _ := newLinker(root).load("/bin/sh", "")
			if len(files) == 0 {
				t.Skip("sh is not dynamic here")
			}
			name := tt.remove(files)
			file, err := root.resolve(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(root.on(file)); err != nil {
				t.Fatal(err)
			}
			sh, err := root.resolve("/bin/sh")
			if err != nil {
				t.Fatal(err)
			}
			got, err := Missing(string(root))
			names := func(line string) bool {
				program, need, _ := strings.Cut(line, " needs ")
				at, _ := root.resolve(program)
				return at == sh && strings.HasSuffix(name, need)
			}
			if err != nil || !slices.ContainsFunc(got, names) {
				t.Errorf("Missing(root without %s) = %q, %v; want that %s needs it", file, got, err, sh)
			}
		})
	}
}

// TestMissingLooksInside gives a library that is there for the machine, not
// for a process inside.
func TestMissingLooksInside(t *testing.T) {
	t.Parallel()
	outside := layout(t, map[string]string{"lib.so": elfFile(t, object{class: 2, machine: 62})})
	root := layout(t, map[string]string{
		"lib64/ld-linux-x86-64.so.2": elfFile(t, object{class: 2, machine: 62}),
		"bin/p":                      elfFile(t, object{class: 2, machine: 62, interp: glibc, needed: []string{"liba.so"}}),
		"lib/liba.so":                "-> " + outside.on("lib.so"),
		"lib/public.so":              elfFile(t, object{class: 2, machine: 62, needed: []string{"libb.so"}}),
		"lib/plugins/private.so":     elfFile(t, object{class: 2, machine: 62, needed: []string{"libb.so"}}),
	})
	want := []string{"/bin/p needs liba.so", "/lib/public.so needs libb.so"}
	if got, err := Missing(string(root)); err != nil || !slices.Equal(got, want) {
		t.Errorf("Missing(root) = %q, %v; want %q", got, err, want)
	}
	for _, dir := range []string{t.TempDir(), "/absent"} {
		if got, err := Missing(dir); err == nil {
			t.Errorf("Missing(%s) = %q; want an error that there is nothing", dir, got)
		}
	}
}
