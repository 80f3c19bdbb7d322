package runner

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"path"
	"reflect"
	"runtime"
	"strings"

	"byhand/internal/lesson"
)

// Tree is Go source that was compiled in, for lessons to show what runs.
type Tree struct {
	// Top is the directory in the module that Files begin at, such as "lab".
	Top string
	// Files holds the packages below it.
	Files fs.FS
}

// module is this module's path.
const module = "byhand/"

// Functions returns what --source shows beside a step.
func Functions(s lesson.Step) []any {
	if len(s.Source) == 0 {
		return []any{s.Do}
	}
	return s.Source
}

// SourceOf finds a function that has a name of its own, or a method, such as
// (*cgroup.Group).Join, in the source that was compiled in.
func SourceOf(trees []Tree, fn any) (Source, error) {
	f := runtime.FuncForPC(reflect.ValueOf(fn).Pointer())
	if f == nil {
		return Source{}, fmt.Errorf("%T is not a function", fn)
	}
	// Such as byhand/lab/chroot.Enter; a closure's name has one more dot.
	pkg, name := path.Split(strings.TrimPrefix(f.Name(), module))
	last, name, _ := strings.Cut(name, ".")
	pkg += last
	for _, t := range trees {
		dir, found := strings.CutPrefix(pkg, t.Top+"/")
		if !found {
			continue
		}
		files, err := fs.Glob(t.Files, dir+"/*.go")
		if err != nil {
			return Source{}, err
		}
		for _, file := range files {
			source, err := declared(t.Files, file, name)
			if err != nil {
				return Source{}, err
			}
			if source.Code != "" {
				source.Name, source.File = last+"."+name, t.Top+"/"+file
				return source, nil
			}
		}
	}
	return Source{}, fmt.Errorf("the source of %s is not compiled in", f.Name())
}

// declared returns a function's declaration, or an empty Source where the file
// has none of that name.
func declared(files fs.FS, file, name string) (Source, error) {
	text, err := fs.ReadFile(files, file)
	if err != nil {
		return Source{}, err
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, text, parser.ParseComments)
	if err != nil {
		return Source{}, err
	}
	for _, d := range tree.Decls {
		decl, ok := d.(*ast.FuncDecl)
		if !ok || fullName(decl) != name {
			continue
		}
		var code bytes.Buffer
		if err := printer.Fprint(&code, set, &printer.CommentedNode{Node: decl, Comments: tree.Comments}); err != nil {
			return Source{}, err
		}
		return Source{Line: set.Position(decl.Pos()).Line, Code: code.String()}, nil
	}
	return Source{}, nil
}

// fullName is a function's name as the runtime writes it: a method of a pointer
// is "(*Group).Join".
func fullName(decl *ast.FuncDecl) string {
	if decl.Recv == nil {
		return decl.Name.Name
	}
	switch receiver := decl.Recv.List[0].Type.(type) {
	case *ast.StarExpr:
		return fmt.Sprintf("(*%s).%s", receiver.X, decl.Name.Name)
	default:
		return fmt.Sprintf("%s.%s", receiver, decl.Name.Name)
	}
}
