package vm

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// drivers are the kernel modules that it takes to reach the disk, and the
// ports to the host.
var drivers = []string{"virtio_pci", "virtio_blk", "virtio_console", "ext4"}

// makeInitrd writes the first root file system: busybox and the drivers, from
// the machine's own tree. A Debian one would take longer to run than all else.
func makeInitrd(ctx context.Context, root string, init []byte, path string) error {
	busybox, err := os.ReadFile(filepath.Join(root, "bin/busybox"))
	if err != nil {
		return err
	}
	modules, err := moduleFiles(ctx, root)
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	c := &cpio{w: &archive}
	for _, dir := range []string{"bin", "dev", "modules", "root"} {
		c.add(dir, typeDir|0o755, nil)
	}
	c.add("bin/busybox", typeFile|0o755, busybox)
	c.add("init", typeFile|0o755, init)
	order := ""
	for _, file := range modules {
		data, err := readModule(ctx, root, file)
		if err != nil {
			return err
		}
		name := filepath.Base(file)
		c.add("modules/"+name, typeFile|0o644, data)
		order += name + "\n"
	}
	c.add("modules/order", typeFile|0o644, []byte(order))
	if err := c.close(); err != nil {
		return err
	}
	return os.WriteFile(path, archive.Bytes(), 0o644)
}

// moduleFiles returns the files of the drivers and what they need, by their
// paths in root, in the order of loading.
func moduleFiles(ctx context.Context, root string) ([]string, error) {
	version, err := os.ReadDir(filepath.Join(root, "usr/lib/modules"))
	if err != nil || len(version) != 1 {
		return nil, fmt.Errorf("find the modules of one kernel: %d, %w", len(version), err)
	}
	var files []string
	for _, driver := range drivers {
		out, err := output(ctx, "chroot", root, "modprobe", "--set-version", version[0].Name(), "--show-depends", driver)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(out) {
			// The other kind of line is "builtin NAME".
			f := strings.Fields(line)
			if len(f) >= 2 && f[0] == "insmod" && !slices.Contains(files, f[1]) {
				files = append(files, f[1])
			}
		}
	}
	return files, nil
}

// readModule reads a module, decompressed: busybox loads no other.
func readModule(ctx context.Context, root, file string) ([]byte, error) {
	f, err := os.Open(filepath.Join(root, file))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	switch filepath.Ext(file) {
	case ".zst":
		d, err := zstd.NewReader(f)
		if err != nil {
			return nil, fmt.Errorf("decompress %s: %w", file, err)
		}
		defer d.Close()
		return io.ReadAll(d)
	case ".xz":
		c := exec.CommandContext(ctx, "chroot", root, "xz", "-dc")
		c.Stdin = f
		return c.Output()
	default:
		return io.ReadAll(f)
	}
}
