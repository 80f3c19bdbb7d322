package rootfs

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// object is what an ELF file's headers say of the files that it needs.
// See elf(5).
type object struct {
	class   elf.Class   // 32 or 64 bits
	machine elf.Machine // the processor
	interp  string      // PT_INTERP: the loader that the kernel starts in the program's place
	soname  string      // DT_SONAME: the name by which a library is known once loaded
	needed  []string    // DT_NEEDED: names of libraries
	rpath   []string    // DT_RPATH: directories to search, for it and for what it loads
	runpath []string    // DT_RUNPATH: directories to search, for its own needs only
}

// errNotELF says that a file is no ELF file.
var errNotELF = errors.New("not an ELF file")

// readObject reads the headers of the file name.
func readObject(name string) (*object, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// Most files of a tree are not ELF: four bytes tell.
	magic := make([]byte, len(elf.ELFMAG))
	if _, err := f.ReadAt(magic, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if string(magic) != elf.ELFMAG {
		return nil, errNotELF
	}
	e, err := elf.NewFile(f)
	if err != nil {
		return nil, fmt.Errorf("read ELF headers of %s: %w", name, err)
	}
	o := &object{class: e.Class, machine: e.Machine}
	for _, p := range e.Progs {
		if p.Type == elf.PT_INTERP {
			path, err := io.ReadAll(p.Open())
			if err != nil {
				return nil, fmt.Errorf("read PT_INTERP of %s: %w", name, err)
			}
			o.interp = strings.TrimRight(string(path), "\x00")
		}
	}
	var soname []string
	for tag, to := range map[elf.DynTag]*[]string{
		elf.DT_NEEDED: &o.needed, elf.DT_SONAME: &soname, elf.DT_RPATH: &o.rpath, elf.DT_RUNPATH: &o.runpath,
	} {
		if *to, err = e.DynString(tag); err != nil {
			return nil, fmt.Errorf("read %s of %s: %w", tag, name, err)
		}
	}
	o.soname = strings.Join(soname, "")
	o.rpath, o.runpath = splitPath(o.rpath), splitPath(o.runpath)
	return o, nil
}

// splitPath splits values such as "/a:/b" into their directories.
func splitPath(values []string) []string {
	var dirs []string
	for _, v := range values {
		for dir := range strings.SplitSeq(v, ":") {
			if dir != "" {
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs
}

// fits tells whether o can be loaded into the same process as p.
func (o *object) fits(p *object) bool { return o.class == p.class && o.machine == p.machine }
