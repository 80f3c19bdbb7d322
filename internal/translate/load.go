package translate

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Languages returns the languages that a tree has a directory for.
func Languages(files fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// Choose returns the language that is meant by a value such as "de" or
// "de_AT.UTF-8": the directory de_AT, or de. English is nil.
func Choose(files fs.FS, wanted string) (*Catalogue, error) {
	name, _, _ := strings.Cut(wanted, ".")
	name, _, _ = strings.Cut(name, "@")
	short, _, _ := strings.Cut(name, "_")
	if short == "" || short == "en" || short == "C" || short == "POSIX" {
		return nil, nil
	}
	known, err := Languages(files)
	if err != nil {
		return nil, err
	}
	for _, choice := range []string{name, short} {
		for _, k := range known {
			if k == choice {
				return Load(files, choice)
			}
		}
	}
	return nil, fmt.Errorf("there is no language %q; there is: %s", wanted, strings.Join(append([]string{"en"}, known...), ", "))
}

// Load reads a language's directory: texts.json, and LESSON.md for each lesson.
func Load(files fs.FS, language string) (*Catalogue, error) {
	data, err := fs.ReadFile(files, path.Join(language, "texts.json"))
	if errors.Is(err, fs.ErrNotExist) {
		data, err = []byte("{}"), nil
	}
	if err != nil {
		return nil, err
	}
	c, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("language %s: %w", language, err)
	}
	texts, err := fs.Glob(files, path.Join(language, "*.md"))
	if err != nil {
		return nil, err
	}
	for _, file := range texts {
		text, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, err
		}
		c.prose[strings.TrimSuffix(path.Base(file), ".md")] = string(text)
	}
	return c, nil
}
