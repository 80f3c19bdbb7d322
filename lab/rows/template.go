package rows

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"text/template"
)

// functions are those that Docker adds to text/template.
func functions() template.FuncMap {
	return template.FuncMap{
		"json": func(v any) (string, error) {
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			err := e.Encode(v)
			return strings.TrimSpace(b.String()), err
		},
		"join": strings.Join, "split": strings.Split, "lower": strings.ToLower, "upper": strings.ToUpper,
		"title": func(s string) string {
			if s == "" {
				return s
			}
			return strings.ToUpper(s[:1]) + s[1:]
		},
		"pad": func(s string, before, after int) string {
			return strings.Repeat(" ", before) + s + strings.Repeat(" ", after)
		},
		"truncate": func(s string, n int) string { return s[:min(n, len(s))] },
	}
}

// Parse reads a --format.
func Parse(format string) (*template.Template, error) {
	t, err := template.New("").Funcs(functions()).Parse(format)
	if err != nil {
		return nil, fmt.Errorf("template parsing error: %w", err)
	}
	return t, nil
}

// List writes things by a --format: a line each, or a table with titles where
// it begins with "table", or JSON.
func List[T any](w io.Writer, format string, titles map[string]string, list []T) error {
	if format == "json" {
		format = "{{json .}}"
	}
	columns, table := strings.CutPrefix(format, "table ")
	t, err := Parse(strings.NewReplacer(`\t`, "\t", `\n`, "\n").Replace(columns) + "\n")
	if err != nil {
		return err
	}
	if !table {
		for _, one := range list {
			if err := t.Execute(w, one); err != nil {
				return err
			}
		}
		return nil
	}
	lines := tabwriter.NewWriter(w, 10, 1, 3, ' ', 0)
	if err := t.Execute(lines, titles); err != nil {
		return err
	}
	for _, one := range list {
		if err := t.Execute(lines, one); err != nil {
			return err
		}
	}
	return lines.Flush()
}
