package build

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"byhand/lab/image"
	"byhand/lab/overlay"
)

// copying is what COPY and ADD have in common.
type copying struct {
	instructions.SourcesAndDest
	chown, chmod string
	unpack       bool // ADD unpacks archives
	owners       bool // they are kept: files of a stage or an image have some, the context's are anybody's
	from         *os.Root
	ignore       func(string) (bool, error)
}

// copy does a COPY: from the context, from another stage, or from an image.
func (s *stage) copy(ctx context.Context, c *instructions.CopyCommand) error {
	if len(c.ExcludePatterns) > 0 || c.Parents {
		return errors.New("COPY --exclude and --parents are not known here")
	}
	p := copying{SourcesAndDest: c.SourcesAndDest, chown: c.Chown, chmod: c.Chmod, from: s.b.context, ignore: s.b.ignore}
	if c.From != "" {
		root, close, err := s.b.rootOf(ctx, c.From)
		if err != nil {
			return err
		}
		defer close()
		p.from, p.owners, p.ignore = root, true, func(string) (bool, error) { return false, nil }
	}
	return s.put(ctx, stringer{c}, p)
}

// addFiles does an ADD, of files and archives of the context.
func (s *stage) addFiles(ctx context.Context, c *instructions.AddCommand) error {
	for _, src := range c.SourcePaths {
		if strings.Contains(src, "://") || strings.HasPrefix(src, "git@") {
			return fmt.Errorf("ADD of the address %s is not known here; RUN can fetch it", src)
		}
	}
	if len(c.ExcludePatterns) > 0 || c.Checksum != "" {
		return errors.New("ADD --exclude and --checksum are not known here")
	}
	return s.put(ctx, stringer{c}, copying{
		SourcesAndDest: c.SourcesAndDest, chown: c.Chown, chmod: c.Chmod, unpack: c.Unpack == nil || *c.Unpack,
		from: s.b.context, ignore: s.b.ignore,
	})
}

// rootOf opens the files of another stage or of an image.
func (b *builder) rootOf(ctx context.Context, from string) (*os.Root, func(), error) {
	i, ok := instructions.HasStage(b.stages, from)
	if n, err := strconv.Atoi(from); !ok && err == nil && n >= 0 && n < len(b.stages) {
		i, ok = n, true
	}
	var lower []string
	if ok {
		other, err := b.stage(ctx, i)
		if err != nil {
			return nil, nil, err
		}
		if lower, err = other.root(ctx); err != nil {
			return nil, nil, err
		}
	} else {
		img, err := b.image(ctx, from)
		if err != nil {
			return nil, nil, err
		}
		if lower, err = b.Store.Root(ctx, img); err != nil {
			return nil, nil, err
		}
	}
	switch len(lower) {
	case 0:
		return nil, nil, fmt.Errorf("%s has no files", from)
	case 1: // overlayfs wants two layers at least
		root, err := os.OpenRoot(lower[0])
		return root, func() { root.Close() }, err
	}
	marks, err := overlay.UserXattr()
	if err != nil {
		return nil, nil, err
	}
	pile, err := overlay.Open(overlay.Spec{Lower: lower, UserXattr: marks})
	if err != nil {
		return nil, nil, err
	}
	root, err := os.OpenRoot(fmt.Sprintf("/proc/self/fd/%d", pile.Fd()))
	if err != nil {
		pile.Close()
		return nil, nil, err
	}
	return root, func() { root.Close(); pile.Close() }, nil
}

// put writes the files as a layer, or takes the one that the same files made.
func (s *stage) put(ctx context.Context, c fmt.Stringer, p copying) error {
	lower, err := s.root(ctx)
	if err != nil {
		return err
	}
	files, err := s.gather(lower, p)
	if err != nil {
		return err
	}
	sum := sha256.New()
	for _, f := range files {
		if err := f.hash(sum); err != nil {
			return err
		}
	}
	s.depend(fmt.Sprintf("%x", sum.Sum(nil)))
	if l, ok := s.b.Store.Cached(s.key); ok && !s.b.NoCache {
		s.b.say(" ---> cached %s", l.Descriptor.Digest)
		s.add(c, l)
		return nil
	}
	l, err := s.b.Store.PutLayer(func(w io.Writer) error { return writeFiles(w, files) })
	if err != nil {
		return err
	}
	s.add(c, l)
	return s.b.Store.Remember(s.key, l)
}

// gather lists the files that a COPY or ADD brings, with their names in the image.
func (s *stage) gather(lower []string, p copying) ([]source, error) {
	dest := p.DestPath
	if !path.IsAbs(dest) {
		dest = path.Join("/", s.config.Config.WorkingDir, dest)
		if strings.HasSuffix(p.DestPath, "/") || p.DestPath == "." {
			dest += "/"
		}
	}
	var paths []string
	for _, pattern := range p.SourcePaths {
		found, err := glob(p.from, pattern, p.ignore)
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	into := strings.HasSuffix(dest, "/") || isImageDir(lower, dest)
	if n := len(paths) + len(p.SourceContents); n > 1 && !into {
		return nil, fmt.Errorf("%d files for one name; a directory ends in \"/\"", n)
	}
	dest = strings.TrimPrefix(path.Clean(dest), "/")
	var files []source
	for _, name := range paths {
		found, err := p.walk(name, dest, into)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	for _, c := range p.SourceContents {
		name := dest
		if into {
			name = path.Join(dest, path.Base(c.Path))
		}
		files = append(files, source{name: name, mode: 0o644, text: []byte(c.Data), isText: true})
	}
	if err := p.setModes(files); err != nil || p.chown == "" {
		return files, err
	}
	if len(paths) == 1 && !into && !slices.ContainsFunc(files, func(f source) bool { return f.name != dest }) {
		dest = path.Dir(dest) // that is the name of a file
	}
	// Made without being named, directories would be root's.
	return p.own(lower, append(missing(lower, dest), files...))
}

// missing are the directories that dest lacks to be one.
func missing(lower []string, dest string) (dirs []source) {
	for dir := dest; dir != "." && dir != "" && !isImageDir(lower, dir); dir = path.Dir(dir) {
		dirs = append([]source{{name: dir, mode: 0o755, dir: true}}, dirs...)
	}
	return dirs
}

// own gives files to whom --chown names.
func (p copying) own(lower []string, files []source) ([]source, error) {
	uid, gid, err := owner(lower, p.chown)
	for i := range files {
		files[i].uid, files[i].gid = uid, gid
	}
	return files, err
}

// setModes sets what --chmod says.
func (p copying) setModes(files []source) error {
	if p.chmod == "" {
		return nil
	}
	mode, err := strconv.ParseUint(p.chmod, 8, 12)
	if err != nil {
		return fmt.Errorf("--chmod=%s: an octal number is needed", p.chmod)
	}
	for i := range files {
		files[i].mode = fs.FileMode(mode)
	}
	return nil
}

// walk lists one source: a file, an archive's content, or all in a directory.
func (p copying) walk(name, dest string, into bool) ([]source, error) {
	info, err := p.from.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		if p.unpack {
			if files, ok, err := p.archive(name, dest); ok || err != nil {
				return files, err
			}
		}
		if into {
			dest = path.Join(dest, path.Base(name))
		}
		return []source{p.kept(source{name: dest, mode: perm(info), from: p.from, path: name, mtime: info.ModTime()}, info)}, nil
	}
	var files []source
	err = fs.WalkDir(p.from.FS(), name, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if skip, err := p.ignore(at); err != nil || skip && !d.IsDir() {
			return err
		} else if skip {
			return nil // an exception below may still count
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		below, err := filepath.Rel(name, at)
		if err != nil {
			return err
		}
		f := source{name: path.Join(dest, below), mode: perm(info), from: p.from, path: at, mtime: info.ModTime()}
		switch {
		case d.IsDir():
			f.dir = true
			if f.name == "" || f.name == "." || at == name {
				return nil // the destination itself keeps what it is
			}
		case d.Type()&fs.ModeSymlink != 0:
			if f.link, err = p.from.Readlink(at); err != nil {
				return err
			}
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is neither a file nor a directory", at)
		}
		files = append(files, p.kept(f, info))
		return nil
	})
	return files, err
}

// kept is a source with its owner, where that is kept.
func (p copying) kept(f source, info fs.FileInfo) source {
	if st, ok := info.Sys().(*syscall.Stat_t); ok && p.owners {
		f.uid, f.gid = int(st.Uid), int(st.Gid)
	}
	return f
}

// perm are the mode bits that a layer keeps.
func perm(info fs.FileInfo) fs.FileMode {
	return info.Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)
}

// glob finds the files of a pattern. A name that leaves the directory is an
// error of os.Root, by a symbolic link too. A pattern with wildcards may find none,
// as in COPY package.json yarn.lock* ./
func glob(from *os.Root, pattern string, ignore func(string) (bool, error)) ([]string, error) {
	clean := strings.TrimPrefix(path.Clean("/"+pattern), "/")
	if clean == "" {
		return []string{"."}, nil
	}
	if slices.Contains(strings.Split(pattern, "/"), "..") {
		return nil, fmt.Errorf("%q climbs with \"..\"", pattern)
	}
	found := []string{clean}
	wild := strings.ContainsAny(clean, "*?[")
	if wild {
		var err error
		if found, err = fs.Glob(from.FS(), clean); err != nil {
			return nil, fmt.Errorf("pattern %q: %w", pattern, err)
		}
	}
	var kept []string
	for _, f := range found {
		if skip, err := ignore(f); err != nil {
			return nil, err
		} else if !skip {
			kept = append(kept, f)
		}
	}
	if len(kept) == 0 && !wild {
		return nil, fmt.Errorf("%q: no such file, or .dockerignore leaves it out", pattern)
	}
	return kept, nil
}

// archive lists the content of a tar archive, plain or compressed; ok is false
// for any other file.
func (p copying) archive(name, dest string) (files []source, ok bool, err error) {
	f, err := p.from.Open(name)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	plain, err := image.Plain(f)
	if err != nil {
		return nil, false, nil
	}
	defer plain.Close()
	return unpackedInto(plain, dest)
}
