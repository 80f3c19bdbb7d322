package translate

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"byhand/internal/lesson"
)

// Texts returns all English texts of a course but the prose: titles, reasons,
// announcements, questions and, from the sources of lessons and diagnoses, hints,
// from those of the program itself the words around all of it.
func Texts(course []lesson.Lesson, sources ...fs.FS) ([]string, error) {
	all := map[string]bool{}
	for _, l := range course {
		all[l.Title], all[l.Summary] = true, true
		for _, s := range l.All() {
			all[s.Title], all[s.Why], all[s.Expect] = true, true, true
		}
		for _, q := range l.Quiz {
			for _, text := range question(q) {
				all[text] = true
			}
		}
	}
	for _, source := range sources {
		hints, err := hints(source)
		if err != nil {
			return nil, err
		}
		for _, hint := range hints {
			all[hint] = true
		}
		words, err := words(source)
		if err != nil {
			return nil, err
		}
		for _, word := range words {
			all[word] = true
		}
	}
	delete(all, "")
	return slices.Sorted(maps.Keys(all)), nil
}

// question returns the texts of a question.
func question(q lesson.Question) []string {
	texts := []string{q.Ask, q.Explain}
	for _, c := range q.Choices {
		texts = append(texts, c.Text, c.Why)
	}
	if q.Number == nil {
		return texts
	}
	texts = append(texts, q.Number.Unit, q.Number.Why)
	traps := q.Number.Traps
	// What tempts may depend on the numbers drawn: draw often enough.
	for seed := range uint64(50) {
		if q.Try == nil || q.Try.Traps == nil {
			break
		}
		var drawn []int
		if q.Try.Draw != nil {
			drawn = q.Try.Draw(rand.New(rand.NewPCG(seed, 0)))
		}
		traps = append(slices.Clone(traps), q.Try.Traps(drawn)...)
	}
	for _, t := range traps {
		texts = append(texts, t.Why)
	}
	return texts
}

// hints finds the hints in source: what is given to the field Hint or to a
// variable hint, the last argument of lesson.Equal, and what the functions of
// package diagnose return. What is put together of parts has a place, {}, for
// each that is no text.
func hints(source fs.FS) ([]string, error) {
	return search(source, func(n ast.Node, pkg string, consts map[string]ast.Expr) []string {
		var found []string
		for _, e := range hint(n, pkg) {
			if text := flat(e, consts); strings.Contains(place.ReplaceAllString(text, ""), " ") {
				found = append(found, text)
			}
		}
		return found
	})
}

// search collects what find returns of each node of a source.
func search(source fs.FS, find func(n ast.Node, pkg string, consts map[string]ast.Expr) []string) ([]string, error) {
	files := map[string][]*ast.File{}
	err := fs.WalkDir(source, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(source, file)
		if err != nil {
			return err
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, text, 0)
		files[path.Dir(file)] = append(files[path.Dir(file)], tree)
		return err
	})
	if err != nil {
		return nil, err
	}
	var found []string
	for _, trees := range files {
		consts := constants(trees)
		for _, tree := range trees {
			ast.Inspect(tree, func(n ast.Node) bool {
				found = append(found, find(n, tree.Name.Name, consts)...)
				return true
			})
		}
	}
	return found, nil
}

// hint returns the expressions of hints that a node gives.
func hint(n ast.Node, pkg string) []ast.Expr {
	named := func(e ast.Expr, name string) bool {
		id, ok := e.(*ast.Ident)
		return ok && id.Name == name
	}
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if named(n.Key, "Hint") {
			return []ast.Expr{n.Value}
		}
	case *ast.AssignStmt:
		if len(n.Lhs) == 1 && named(n.Lhs[0], "hint") {
			return n.Rhs
		}
	case *ast.ReturnStmt:
		if pkg == "diagnose" {
			return n.Results
		}
	case *ast.CallExpr:
		if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Equal" && len(n.Args) == 4 && named(f.X, "lesson") {
			return n.Args[3:]
		}
	}
	return nil
}

// constants returns the string constants of a package, those in functions too.
func constants(trees []*ast.File) map[string]ast.Expr {
	consts := map[string]ast.Expr{}
	for _, tree := range trees {
		ast.Inspect(tree, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Names) == len(spec.Values) {
				for i, name := range spec.Names {
					consts[name.Name] = spec.Values[i]
				}
			}
			return true
		})
	}
	return consts
}

// verb is a place in a format of package fmt.
var verb = regexp.MustCompile(`%[-+# 0-9.]*[a-z]`)

// flat renders an expression as a text with places.
func flat(e ast.Expr, consts map[string]ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return text
		}
	case *ast.BinaryExpr:
		return flat(e.X, consts) + flat(e.Y, consts)
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" && len(e.Args) > 0 {
			return verb.ReplaceAllString(flat(e.Args[0], consts), "{}")
		}
	case *ast.ParenExpr:
		return flat(e.X, consts)
	case *ast.Ident:
		if value, ok := consts[e.Name].(*ast.BasicLit); ok {
			return flat(value, nil)
		}
	}
	return "{}"
}
