package vm

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// make builds the image in the directory work, and renames it to dir when it
// is complete.
func (r recipe) make(ctx context.Context, work, dir string, progress func(string)) (err error) {
	// One left by a build that was killed; nothing is mounted there, see debian.
	if err := os.RemoveAll(work); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(work)
		}
	}()
	if err := os.Mkdir(work, 0o755); err != nil {
		return err
	}
	for name, text := range r.files {
		if err := os.WriteFile(filepath.Join(work, name), text, 0o755); err != nil {
			return err
		}
	}
	root := filepath.Join(work, "root")
	progress("install " + r.release.codename + " from this machine's own sources of packages")
	if err := r.debian(ctx, work, root); err != nil {
		return err
	}
	progress("make the initrd and the disk")
	if err := makeInitrd(ctx, root, r.files["init.sh"], filepath.Join(work, fileInitrd)); err != nil {
		return err
	}
	if err := makeDisk(ctx, root, filepath.Join(work, fileDisk)); err != nil {
		return err
	}
	if err := os.RemoveAll(root); err != nil {
		return err
	}
	for name := range r.files {
		if err := os.Remove(filepath.Join(work, name)); err != nil {
			return err
		}
	}
	// Without its disk a directory of that name is no image.
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(work, dir)
}

// debian fills root with the machine's files, and leaves the kernel in work.
func (r recipe) debian(ctx context.Context, work, root string) error {
	args := []string{"--mode=root", "--variant=minbase", "--format=directory", "--include=" + strings.Join(packages, ","),
		"--aptopt=APT::Install-Recommends \"false\""}
	for _, line := range r.release.options {
		args = append(args, "--aptopt="+line)
	}
	for _, dir := range []string{"doc", "locale", "man", "info"} {
		args = append(args, "--dpkgopt=path-exclude=/usr/share/"+dir+"/*")
	}
	args = append(args, "--customize-hook="+filepath.Join(work, "customize.sh"), r.release.codename, root)
	c := exec.CommandContext(ctx, "mmdebstrap", append(args, r.release.sources...)...)
	// In namespaces of its own, all that it mounts and starts ends with it.
	c.SysProcAttr = &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS, Cloneflags: unix.CLONE_NEWPID}
	c.Env = append(os.Environ(), "TMPDIR="+work)
	return quietly(c)
}

// makeDisk makes a file system of the tree root. Checksums and the like are
// for disks that last.
func makeDisk(ctx context.Context, root, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := f.Truncate(diskSize); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return quietly(exec.CommandContext(ctx, "mke2fs", "-q", "-t", "ext4", "-O", "^metadata_csum",
		"-E", "lazy_itable_init=1,lazy_journal_init=1,nodiscard", "-d", root, path))
}

// quietly runs a command; an error holds the end of what it wrote.
func quietly(c *exec.Cmd) error {
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(c.Path), err, tail(said.Bytes()))
	}
	return nil
}

// tail is the end of a log, for an error message.
func tail(log []byte) []byte {
	const most = 4000
	if len(log) > most {
		log = log[len(log)-most:]
	}
	return bytes.TrimSpace(log)
}
