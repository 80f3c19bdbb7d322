package image

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// A layer can only add files. To say that one of a lower layer is gone it adds
// an empty file whose name is that of the other after this prefix, a whiteout;
// to say that a directory shows nothing of the lower layers, one of the name
// opaque in it. See the OCI image specification, layer.md, "Whiteouts".
const (
	whiteoutPrefix = ".wh."
	opaque         = ".wh..wh..opq"
)

// isWhiteout tells whether an entry of a layer says what is not there.
func isWhiteout(name string) bool {
	return strings.HasPrefix(path.Base(name), whiteoutPrefix)
}

// hide deletes what the whiteout name hides, if it is there. Whiteouts speak
// of the lower layers only, wherever in the layer they stand, so all of them
// are obeyed before anything of their layer is unpacked.
func (u *unpacker) hide(name string) error {
	dirName, base := path.Dir(name), path.Base(name)
	if base == opaque {
		return u.hideAll(dirName)
	}
	hidden := strings.TrimPrefix(base, whiteoutPrefix)
	if hidden == "" || hidden == "." || hidden == ".." {
		return errors.New("a whiteout that names no file")
	}
	dir, err := u.root.directory(dirName)
	if isGone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(dir)
	err = u.spot(dir, path.Join(dirName, hidden)).removeTree()
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	return err
}

// hideAll empties the directory name. If a lower layer has a symbolic link
// there, nothing is hidden by it: the link leads to another directory.
func (u *unpacker) hideAll(name string) error {
	parent, err := u.root.directory(path.Dir(name))
	if isGone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(parent)
	at := u.spot(parent, name)
	fd, err := at.open(unix.O_RDONLY | unix.O_DIRECTORY)
	if isGone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := at.removeContent(fd); err != nil {
		return fmt.Errorf("opaque directory: %w", err)
	}
	return nil
}
