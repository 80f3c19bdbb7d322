package rootfs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// dirLinks are directories that many distributions have merged into others by
// links. The root repeats the machine's layout, since programs and scripts
// name each other by these paths.
var dirLinks = []string{"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/usr/sbin", "/usr/lib64"}

// fromHost makes a root of this machine's own programs. It needs no network
// and no root.
func fromHost(ctx context.Context, _, dir string, report func(Progress)) error {
	return collect(ctx, tree("/"), tree(dir), report)
}

// collect makes the root "to" of the programs of "from".
func collect(ctx context.Context, from, to tree, report func(Progress)) error {
	if err := from.checkRequired(); err != nil {
		return err
	}
	c, l := newCopier(from, to), newLinker(from)
	for _, name := range dirLinks {
		if info, err := os.Lstat(from.on(name)); err == nil && info.Mode()&os.ModeSymlink != 0 {
			if err := c.put(name); err != nil {
				return err
			}
		}
	}
	names := tools()
	var absent []string
	for i, tool := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		report(Progress{What: "copying " + tool, Done: int64(i), Total: int64(len(names)), Unit: "programs"})
		err := addTool(c, l, tool)
		if errors.Is(err, errAbsent) && !isRequired(tool) {
			absent = append(absent, tool)
			continue
		}
		if err != nil {
			return err
		}
	}
	report(Progress{What: "copying", Done: int64(len(names)), Total: int64(len(names)), Unit: "programs"})
	if len(absent) > 0 {
		report(Progress{What: "left out, since this machine lacks them: " + strings.Join(absent, ", ")})
	}
	return addEtc(c)
}

// errAbsent says that a tool, or something that it needs, is not there.
var errAbsent = errors.New("not on this machine")

func isRequired(tool string) bool {
	return slices.ContainsFunc(required, func(r struct{ tool, pkg string }) bool { return r.tool == tool })
}

// addTool copies a tool with everything that is needed to start it.
func addTool(c *copier, l *linker, tool string) error {
	name, ok := c.from.lookup(tool)
	if !ok {
		return fmt.Errorf("%s: %w", tool, errAbsent)
	}
	for _, program := range append(c.from.interpreters(name), name) {
		files, lacking := l.load(program, "")
		if len(lacking) > 0 {
			return fmt.Errorf("%s, which %s needs: %w", lacking[0].name, lacking[0].by, errAbsent)
		}
		for _, file := range append(files, program) {
			if err := c.put(file); err != nil {
				return err
			}
		}
	}
	return nil
}
