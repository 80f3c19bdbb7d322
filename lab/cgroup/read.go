package cgroup

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// number reads a file of one number; "max" and what v1 has for it, the largest
// number of pages, are Unlimited.
func (d Dir) number(file string) (int64, error) {
	path := filepath.Join(d.Path, file)
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	n, err := parseNumber(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", path, err)
	}
	return n, nil
}

func parseNumber(text string) (int64, error) {
	if text == "max" {
		return Unlimited, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if n > math.MaxInt64-1<<20 {
		n = Unlimited
	}
	return n, err
}

// table reads a file of lines "name number".
func (d Dir) table(file string) (map[string]int64, error) {
	path := filepath.Join(d.Path, file)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	values := map[string]int64{}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) != 2 {
			continue
		}
		if values[f[0]], err = parseNumber(f[1]); err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
	}
	return values, nil
}

// field reads one number of a table.
func (d Dir) field(file, name string) (int64, error) {
	values, err := d.table(file)
	if err != nil {
		return 0, err
	}
	n, found := values[name]
	if !found {
		return 0, fmt.Errorf("read %s: no line %s", filepath.Join(d.Path, file), name)
	}
	return n, nil
}

// has reports whether the group has the file now.
func (d Dir) has(file string) bool {
	_, err := os.Stat(filepath.Join(d.Path, file))
	return err == nil
}

// limitText spells a limit: the word for none differs by version.
func limitText(n int64, none string) string {
	if n == Unlimited {
		return none
	}
	return strconv.FormatInt(n, 10)
}
