package places

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Make opens the directory dir for its owner. What is missing of it is made
// with mode 0700 and belongs to the owner. Symbolic links on the way are
// followed only where root or the owner put them, and root takes none for dir
// itself.
//
// What is later done through the result is done as whoever does it: see
// User.Do.
func Make(dir string, owner User) (*os.Root, error) { return enter(dir, owner, true) }

// Open is Make for a directory that is there already; the error is
// fs.ErrNotExist where it is not.
func Open(dir string, owner User) (*os.Root, error) { return enter(dir, owner, false) }

// MakeBenches makes the directory of sandboxes for this process, which is root
// under sudo; a State around it still becomes the owner's.
func (p Places) MakeBenches(owner User) (*os.Root, error) { return p.makeOurs(p.Benches, owner) }

// MakeLab is MakeBenches for the engine's directory.
func (p Places) MakeLab(owner User) (*os.Root, error) { return p.makeOurs(p.Lab, owner) }

func (p Places) makeOurs(dir string, owner User) (*os.Root, error) {
	if inside(p.State, dir) {
		state, err := Make(p.State, owner)
		if err != nil {
			return nil, err
		}
		if unix.Geteuid() == 0 && owner.UID != 0 {
			err = passable(state)
		}
		if err := errors.Join(err, state.Close()); err != nil {
			return nil, Unusable(p.State, err)
		}
	}
	return Make(dir, User{UID: unix.Geteuid(), GID: unix.Getegid()})
}

// passable lets everybody pass through a directory that is another user's. The
// root of a user namespace that maps root alone has no power over that user's
// files (user_namespaces(7)), and is to reach the sandbox below.
func passable(dir *os.Root) error {
	info, err := dir.Stat(".")
	if err != nil {
		return err
	}
	return dir.Chmod(".", info.Mode().Perm()|0o011)
}

// enter walks to dir, makes what is missing if asked to, and opens it.
func enter(dir string, owner User, create bool) (root *os.Root, err error) {
	if !filepath.IsAbs(dir) {
		return nil, Unusable(dir, errors.New("it is not an absolute path"))
	}
	err = owner.Do(func() error {
		walked, err := walk{owner: owner, create: create}.to(dir)
		if err != nil {
			return err
		}
		root, err = openSame(dir, walked)
		return err
	})
	if err != nil {
		return nil, Unusable(dir, err)
	}
	return root, nil
}

// openSame opens dir by its name, and refuses it if it is no longer the
// directory that was walked to.
func openSame(dir string, walked unix.Stat_t) (*os.Root, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	opened, err := statRoot(root)
	if err == nil && (opened.Dev != walked.Dev || opened.Ino != walked.Ino) {
		err = errors.New("another directory took its place while it was opened")
	}
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return root, nil
}

// statRoot does fstat(2) on an open root.
func statRoot(root *os.Root) (stat unix.Stat_t, err error) {
	f, err := root.Open(".")
	if err != nil {
		return stat, err
	}
	defer f.Close()
	err = unix.Fstat(int(f.Fd()), &stat)
	return stat, err
}
