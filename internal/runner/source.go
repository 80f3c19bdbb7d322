package runner

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"reflect"
	"runtime"
	"strings"

	"byhand/lab"
)

// sourceOf finds a function of the lab in the source that was compiled in.
func sourceOf(fn any) (Source, error) {
	f := runtime.FuncForPC(reflect.ValueOf(fn).Pointer())
	if f == nil {
		return Source{}, fmt.Errorf("%T is not a function", fn)
	}
	path, name, _ := strings.Cut(strings.TrimPrefix(f.Name(), "byhand/lab/"), ".")
	files, err := fs.Glob(lab.Code, path+"/*.go")
	if err != nil {
		return Source{}, err
	}
	for _, file := range files {
		text, err := lab.Code.ReadFile(file)
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
			if !ok || decl.Recv != nil || decl.Name.Name != name {
				continue
			}
			var code bytes.Buffer
			node := &printer.CommentedNode{Node: decl, Comments: tree.Comments}
			if err := printer.Fprint(&code, set, node); err != nil {
				return Source{}, err
			}
			return Source{Name: path + "." + name, File: "lab/" + file, Line: set.Position(decl.Pos()).Line, Code: code.String()}, nil
		}
	}
	return Source{}, fmt.Errorf("the source of %s is not compiled in", f.Name())
}
