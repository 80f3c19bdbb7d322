package rootfs

import (
	"path"
	"slices"
	"strings"
)

// linker does what the dynamic loader does when a program starts, short of
// loading: it finds the libraries. See ld.so(8). The caller's LD_LIBRARY_PATH
// is ignored, since it will not be there inside.
type linker struct {
	tree    tree
	conf    []string           // from ld.so.conf
	objects map[string]*object // by name; nil for what is no ELF file
}

func newLinker(t tree) *linker {
	return &linker{tree: t, conf: t.confDirs(), objects: map[string]*object{}}
}

// object returns the headers of the file name, or nil if there is no such
// file or it is no ELF file.
func (l *linker) object(name string) *object {
	o, known := l.objects[name]
	if known {
		return o
	}
	if file, err := l.tree.resolve(name); err == nil {
		if read, err := readObject(l.tree.on(file)); err == nil {
			o = read
		}
	}
	l.objects[name] = o
	return o
}

// loaded is a file in the process that starts.
type loaded struct {
	*object
	name string
	by   *loaded // the one that needed it first, nil for the program
}

// lack is a file that ought to be there.
type lack struct {
	by   string // the file that needs it
	name string // as that file names it
}

// load returns the names of the files that are opened to start the program,
// itself left out, and those that lack. interp is the loader, for a library
// that is looked at by itself; a program names its own. Files that are not ELF
// need nothing.
func (l *linker) load(program, interp string) (files []string, lacking []lack) {
	o := l.object(program)
	if o == nil {
		return nil, nil
	}
	// By now the kernel knows the program by its real name, so $ORIGIN is
	// where the file lies, not where a link to it does.
	real, err := l.tree.resolve(program)
	if err != nil {
		return nil, nil
	}
	present := map[string]bool{o.soname: true} // names that are already loaded
	if o.interp != "" {
		interp = o.interp
		loader := l.object(interp)
		if loader == nil {
			return nil, []lack{{program, interp}}
		}
		files = append(files, interp)
		present[path.Base(interp)], present[loader.soname] = true, true
	}
	// Breadth first, as the loader does it: the order decides whose search
	// path finds a library that several need.
	queue := []*loaded{{object: o, name: real}}
	for len(queue) > 0 {
		one := queue[0]
		queue = queue[1:]
		for _, name := range one.needed {
			if present[name] || isMusl(interp) && isMuslItself(name) {
				continue
			}
			present[name] = true
			found := l.find(name, one, interp)
			if found == nil {
				lacking = append(lacking, lack{one.name, name})
				continue
			}
			present[found.soname] = true
			files = append(files, found.name)
			queue = append(queue, found)
		}
	}
	return files, lacking
}

// find looks for the library name that by needs. One for another processor or
// word size is passed over, so that /usr/lib may hold both.
func (l *linker) find(name string, by *loaded, interp string) *loaded {
	candidates := []string{}
	if strings.Contains(name, "/") {
		candidates = by.expand(name) // a path is not searched for
	} else {
		for _, dir := range l.dirs(by, interp) {
			candidates = append(candidates, path.Join(dir, name))
		}
	}
	for _, c := range candidates {
		if !path.IsAbs(c) {
			continue // relative to wherever the program is started: not ours to know
		}
		if o := l.object(c); o != nil && o.fits(by.object) {
			return &loaded{object: o, name: c, by: by}
		}
	}
	return nil
}

// dirs returns where the needs of by are searched for, in order.
func (l *linker) dirs(by *loaded, interp string) []string {
	var dirs []string
	if isMusl(interp) {
		// musl makes no difference between the two tags.
		for at := by; at != nil; at = at.by {
			dirs = append(dirs, at.expandAll(slices.Concat(at.runpath, at.rpath))...)
		}
		return append(dirs, l.systemDirs(by.object, interp)...)
	}
	if len(by.runpath) == 0 {
		// The old tag is inherited down the chain of those who load, unless
		// one has the new tag, which cancels its old one.
		for at := by; at != nil; at = at.by {
			if len(at.runpath) == 0 {
				dirs = append(dirs, at.expandAll(at.rpath)...)
			}
		}
	}
	dirs = append(dirs, by.expandAll(by.runpath)...)
	return append(dirs, l.systemDirs(by.object, interp)...)
}

// systemDirs returns where libraries are searched for that o says nothing
// about.
func (l *linker) systemDirs(o *object, interp string) []string {
	if isMusl(interp) {
		return l.tree.muslDirs(interp)
	}
	return slices.Concat(l.conf, archOf(o).defaultDirs())
}

func (l *loaded) expandAll(dirs []string) []string {
	var out []string
	for _, dir := range dirs {
		out = append(out, l.expand(dir)...)
	}
	return out
}

// expand replaces $ORIGIN, $LIB and $PLATFORM, with or without braces. The
// last two depend on how the loader was built and on the processor, so all
// values are returned that they may have.
func (l *loaded) expand(dir string) []string {
	out := []string{dir}
	a := archOf(l.object)
	for _, t := range []struct {
		token  string
		values []string
	}{
		{"ORIGIN", []string{path.Dir(l.name)}},
		{"LIB", a.libNames()},
		{"PLATFORM", a.platforms},
	} {
		braced, bare := "${"+t.token+"}", "$"+t.token
		var next []string
		for _, dir := range out {
			if !strings.Contains(dir, braced) && !strings.Contains(dir, bare) {
				next = append(next, dir)
				continue
			}
			for _, v := range t.values {
				next = append(next, strings.NewReplacer(braced, v, bare, v).Replace(dir))
			}
		}
		out = next
	}
	return out
}

// isMusl tells musl's loader from glibc's.
func isMusl(interp string) bool { return strings.HasPrefix(path.Base(interp), "ld-musl-") }

// isMuslItself tells whether name is one of the libraries that musl is all in
// one: the loader is the C library, and under no other name is it loaded.
func isMuslItself(name string) bool {
	for _, part := range []string{"c", "pthread", "rt", "m", "dl", "util", "xnet"} {
		if strings.HasPrefix(name, "lib"+part+".") {
			return true
		}
	}
	return false
}
