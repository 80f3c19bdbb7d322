package rootfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// binaryDirs are where the programs and libraries of a root lie.
var binaryDirs = []string{
	"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32",
	"/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libx32", "/usr/libexec",
	"/usr/local/bin", "/usr/local/sbin", "/usr/local/lib",
}

// Missing looks at every ELF file in the bin and lib directories of root and
// returns the libraries and loaders that it names but that a process chrooted
// to root could not open, each as "FILE needs NAME". Nothing in root is
// executed. A root without any ELF file is an error, not a root without fault.
func Missing(root string) ([]string, error) {
	t := tree(root)
	programs, libraries, err := elfFiles(t)
	if err != nil {
		return nil, fmt.Errorf("look for missing libraries in %s: %w", root, err)
	}
	if len(programs)+len(libraries) == 0 {
		return nil, fmt.Errorf("look for missing libraries in %s: there is no program at all", root)
	}
	l := newLinker(t)
	lacking, reached := map[lack]bool{}, map[string]bool{}
	judge := func(name, interp string) {
		files, lacks := l.load(name, interp)
		for _, f := range files {
			if real, err := t.resolve(f); err == nil {
				reached[real] = true
			}
		}
		for _, one := range lacks {
			lacking[one] = true
		}
	}
	for _, name := range programs {
		judge(name, "")
	}
	// A library that some program loads was judged with it, under that
	// program's search path. Of the others, those are judged by themselves
	// that any program might load. A library in a directory of its own is a
	// plugin: what it needs, the program that loads it has loaded before.
	interp := ""
	if sh := l.object("/bin/sh"); sh != nil {
		interp = sh.interp
	}
	for _, name := range libraries {
		if !reached[name] && l.isPublic(name, interp) {
			judge(name, interp)
		}
	}
	var out []string
	for one := range lacking {
		out = append(out, one.by+" needs "+one.name)
	}
	slices.Sort(out)
	return out, nil
}

// isPublic tells whether the library name lies where every program looks.
func (l *linker) isPublic(name, interp string) bool {
	o := l.object(name)
	return o != nil && slices.ContainsFunc(l.systemDirs(o, interp), func(dir string) bool {
		real, err := l.tree.resolve(dir)
		return err == nil && real == path.Dir(name)
	})
}

// elfFiles returns the ELF files in the binary directories of t by their real
// names: the programs, which name a loader, and the others.
func elfFiles(t tree) (programs, libraries []string, err error) {
	walked := map[string]bool{}
	for _, dir := range binaryDirs {
		dir, err := t.resolve(dir)
		if errors.Is(err, fs.ErrNotExist) || walked[dir] {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		err = filepath.WalkDir(t.on(dir), func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(t.on(dir), name)
			if err != nil {
				return err
			}
			inside := path.Join(dir, rel)
			if entry.IsDir() {
				if walked[inside] {
					return fs.SkipDir
				}
				walked[inside] = true
			}
			if !entry.Type().IsRegular() {
				return nil
			}
			o, err := readObject(name)
			switch {
			case errors.Is(err, errNotELF), errors.Is(err, os.ErrPermission):
				return nil
			case err != nil:
				return err
			case o.interp != "":
				programs = append(programs, inside)
			default:
				libraries = append(libraries, inside)
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return programs, libraries, nil
}
