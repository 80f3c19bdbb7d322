package translate

import (
	"go/ast"
	"io/fs"
	"strings"
	"unicode"
)

// speaks are the functions whose argument, by its number, is a text that byhand
// itself says, by the packages that have or call them.
var speaks = map[string]map[string]int{
	"ui":     {"say": 0, "label": 0, "unaccepted": 0, "Note": 0, "add": 0, "addLocked": 0},
	"xray":   {"add": 2},
	"runner": {"Note": 0, "Pause": 1},
	"guide":  {"Note": 0},
	"main":   {"Note": 0, "Text": 0},
}

// words finds what byhand says around the lessons' texts: labels, prompts,
// notes, verdicts, headings of pages and columns.
func words(source fs.FS) ([]string, error) {
	return search(source, func(n ast.Node, pkg string, consts map[string]ast.Expr) []string {
		var found []string
		for _, text := range word(n, pkg, consts) {
			if strings.ContainsFunc(place.ReplaceAllString(text, ""), unicode.IsLetter) {
				found = append(found, text)
			}
		}
		return found
	})
}

// word returns the texts that a node says.
func word(n ast.Node, pkg string, consts map[string]ast.Expr) []string {
	switch n := n.(type) {
	case *ast.CallExpr:
		name := called(n)
		at, speaks := speaks[pkg][name]
		switch {
		case pkg == "ui" && name == "count" && len(n.Args) == 2:
			thing := flat(n.Args[1], consts)
			return []string{"1 " + thing, "{} " + thing + "s"}
		case pkg == "main" && name == "heads":
			return flatAll(n.Args, consts)
		case speaks && at < len(n.Args):
			return []string{flat(n.Args[at], consts)}
		}
	case *ast.ValueSpec:
		// What is said of every report.
		if pkg == "report" && len(n.Names) == 1 && len(n.Values) == 1 && n.Names[0].Name == "Limits" {
			return []string{flat(n.Values[0], consts)}
		}
	case *ast.KeyValueExpr:
		if pkg == "xray" {
			return heading(n, consts)
		}
		// What a row of the picture of host and sandbox is about.
		if key, ok := n.Key.(*ast.Ident); ok && pkg == "world" && key.Name == "What" {
			return []string{flat(n.Value, consts)}
		}
	}
	return nil
}

// heading returns the title of a section, or the word that begins a row of one.
func heading(n *ast.KeyValueExpr, consts map[string]ast.Expr) []string {
	key, ok := n.Key.(*ast.Ident)
	if !ok {
		return nil
	}
	if key.Name == "Title" {
		return []string{flat(n.Value, consts)}
	}
	if cells, ok := n.Value.(*ast.CompositeLit); ok && key.Name == "Cells" && len(cells.Elts) > 0 {
		return []string{flat(cells.Elts[0], consts)}
	}
	return nil
}

func flatAll(all []ast.Expr, consts map[string]ast.Expr) []string {
	var texts []string
	for _, e := range all {
		texts = append(texts, flat(e, consts))
	}
	return texts
}

// called is the name of the function or method that is called.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}
