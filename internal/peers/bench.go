package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// bench is where the comparison happens.
type bench struct {
	// Dir is its directory, in memory where the machine has such a place: how
	// fast the disk is would be measured else.
	Dir string
	// Byhand is the program, built as it is given away: static and stripped.
	Byhand string
	// Root is a root with a static program in it, /bin/true.
	Root string
}

// newBench builds what all rows need.
func newBench() (*bench, error) {
	parent := "/dev/shm"
	if _, err := os.Stat(parent); err != nil {
		parent = ""
	}
	dir, err := os.MkdirTemp(parent, "byhand-peers-")
	if err != nil {
		return nil, err
	}
	b := &bench{Dir: dir, Byhand: filepath.Join(dir, "byhand"), Root: filepath.Join(dir, "root")}
	return b, b.fill()
}

func (b *bench) fill() error {
	if err := os.Setenv("BYHAND_HOME", filepath.Join(b.Dir, "home")); err != nil {
		return err
	}
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.Byhand, "byhand/cmd/byhand")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build byhand: %w: %s", err, out)
	}
	for _, dir := range []string{"bin", "proc", "dev", "sys", "etc", "tmp"} {
		if err := os.MkdirAll(filepath.Join(b.Root, dir), 0o755); err != nil {
			return err
		}
	}
	if err := b.program("true", "int main(void) { return 0; }"); err != nil {
		return err
	}
	return b.program("pause", "#include <unistd.h>\nint main(void) { return pause(); }")
}

// program compiles a static program into the root.
func (b *bench) program(name, text string) error {
	source := filepath.Join(b.Dir, name+".c")
	if err := write(source, text); err != nil {
		return err
	}
	return output("cc", "-O2", "-static", "-o", filepath.Join(b.Root, "bin", name), source)
}

// byhand runs one of byhand's own commands and returns what it printed.
func (b *bench) byhand(words ...string) (string, error) {
	out, err := exec.Command(b.Byhand, words...).Output()
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		err = fmt.Errorf("%w: %s", err, ended.Stderr)
	}
	if err != nil {
		return "", fmt.Errorf("byhand %s: %w", strings.Join(words, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

// lab is a command of the engine, to be timed.
func (b *bench) lab(words ...string) command {
	return command{Args: append([]string{b.Byhand, "lab"}, words...)}
}

// end removes all containers.
func (b *bench) end() error {
	ids, err := b.byhand("lab", "ps", "-aq")
	if err == nil && ids != "" {
		_, err = b.byhand(append([]string{"lab", "rm", "-f"}, strings.Fields(ids)...)...)
	}
	return err
}

// clear removes everything: containers first, since their roots are mounted.
func (b *bench) clear() error {
	if _, err := os.Stat(b.Byhand); err != nil {
		return os.RemoveAll(b.Dir) // it could not be built
	}
	if err := b.end(); err != nil {
		return err
	}
	if _, err := b.byhand("clean"); err != nil {
		return err
	}
	if err := ungroup(); err != nil {
		return err
	}
	return os.RemoveAll(b.Dir)
}

// ungroup removes the cgroups that Podman leaves: those of its containers, which
// are empty, and the one above them.
func ungroup() error {
	var dirs []string
	err := filepath.WalkDir("/sys/fs/cgroup", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.Contains(path+"/", "/"+groups+"/") && !strings.HasPrefix(path, unified) {
			dirs = append(dirs, path)
		}
		return nil // what is gone meanwhile is not ours
	})
	for _, dir := range slices.Backward(dirs) {
		err = errors.Join(err, os.Remove(dir))
	}
	return err
}

// output runs a program; its error has what it said.
func output(words ...string) error {
	if _, err := found(words[0]); err != nil {
		return err
	}
	out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(words, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}
