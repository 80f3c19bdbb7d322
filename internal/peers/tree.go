package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// treeRows time what writes and reads root file systems, on a tree in memory.
func treeRows() []row {
	return []row{
		{What: "`lab export`", Than: "GNU `tar --xattrs --acls -c`", Must: 1.25, Aim: 1, Pair: (*bench).export},
		{What: "unpacking a tar, `lab create --rootfs`", Than: "GNU `tar --xattrs --acls -x`", Must: 1.6, Aim: 1.1, Pair: (*bench).unpackTar},
		{What: "`lab load` and the unpacking of an image", Than: "`umoci unpack`", Must: 0.6, Aim: 0.4, Pair: (*bench).unpackImage},
	}
}

// tree is a directory of some thousand files, made once.
func (b *bench) tree() (string, error) {
	dir := filepath.Join(b.Dir, "tree")
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	random := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, 128<<10)
	for i := range text {
		text[i] = byte(random.Uint32())
	}
	for i := range 3000 {
		in := filepath.Join(dir, fmt.Sprintf("d%02d/e%02d", i%30, i%7))
		if err := os.MkdirAll(in, 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(in, fmt.Sprintf("file%d", i)), text[:random.IntN(len(text)/2)], 0o644); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// tar is an archive of the tree.
func (b *bench) tar() (string, error) {
	tree, err := b.tree()
	if err != nil {
		return "", err
	}
	file := filepath.Join(b.Dir, "tree.tar")
	return file, output("tar", "-C", tree, "-cf", file, ".")
}

func (b *bench) export() (ours, theirs command, err error) {
	tree, err := b.tree()
	if err != nil {
		return ours, theirs, err
	}
	id, err := b.byhand("lab", "create", "--network", "none", "--rootfs", tree, "/none")
	return b.lab("export", "-o", filepath.Join(b.Dir, "ours.tar"), id),
		cmd("tar", "--xattrs", "--acls", "-C", tree, "-cf", filepath.Join(b.Dir, "theirs.tar"), "."), err
}

func (b *bench) unpackTar() (ours, theirs command, err error) {
	file, err := b.tar()
	if err != nil {
		return ours, theirs, err
	}
	dir := filepath.Join(b.Dir, "unpacked")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return ours, theirs, err
	}
	theirs = cmd("tar", "--xattrs", "--acls", "-C", dir, "-xf", file)
	theirs.After = func() error {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		return os.Mkdir(dir, 0o755)
	}
	return b.unpacking(file), theirs, nil
}

// unpacking is a container made of a source, which is taken away again.
func (b *bench) unpacking(source string) command {
	c := b.lab("create", "--name", "unpacked", "--network", "none", "--rootfs", source, "/none")
	c.After = func() error { _, err := b.byhand("lab", "rm", "unpacked"); return err }
	return c
}

// unpackImage loads an image into the store, which verifies it, and unpacks it.
func (b *bench) unpackImage() (ours, theirs command, err error) {
	if _, err := found("umoci"); err != nil {
		return ours, theirs, err
	}
	tree, err := b.tree()
	if err != nil {
		return ours, theirs, err
	}
	layout, dir, archive := filepath.Join(b.Dir, "layout"), filepath.Join(b.Dir, "bundle"), filepath.Join(b.Dir, "image.tar")
	image := layout + ":tree"
	for _, words := range [][]string{
		{"umoci", "init", "--layout", layout},
		{"umoci", "new", "--image", image},
		{"umoci", "insert", "--image", image, tree, "/"},
		{"tar", "-C", layout, "-cf", archive, "."},
	} {
		if err := output(words...); err != nil {
			return ours, theirs, err
		}
	}
	theirs = cmd("umoci", "unpack", "--image", image, dir)
	theirs.After = func() error { return os.RemoveAll(dir) }
	const both = `"$0" lab load -i "$1" && exec "$0" lab create --name unpacked --network none tree /none`
	ours = cmd("sh", "-c", both, b.Byhand, archive)
	ours.After = func() error {
		if _, err := b.byhand("lab", "rm", "unpacked"); err != nil {
			return err
		}
		_, err := b.byhand("lab", "rmi", "tree")
		return err
	}
	return ours, theirs, nil
}
