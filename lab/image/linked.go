package image

// linked is a file with several names: the first of them, and how many of the
// others may still come.
type linked struct {
	name string
	left uint64
}

// known returns the name under which f is in the archive already. A file is
// forgotten with the last of its names, which keeps the table short.
func (e *exporter) known(f found) (string, bool) {
	id := inode{f.stat.Dev, f.stat.Ino}
	l, ok := e.links[id]
	if !ok {
		return "", false
	}
	if l.left--; l.left == 0 {
		delete(e.links, id)
	} else {
		e.links[id] = l
	}
	return l.name, true
}

// remember keeps the name of a file that has others.
func (e *exporter) remember(f found) {
	if f.stat.Nlink > 1 {
		e.links[inode{f.stat.Dev, f.stat.Ino}] = linked{f.name, f.stat.Nlink - 1}
	}
}
