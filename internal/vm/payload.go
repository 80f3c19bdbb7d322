package vm

import (
	"archive/tar"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// payloadSize is the size in bytes of the drive that carries an order into the
// machine. A stored machine has it in its state, so it is always the same.
const payloadSize = 512 << 20

// commandFile is where the agent finds the command.
const commandFile = "run/byhand-vm/command"

// temp is a machine's directory for what it needs while it runs.
type temp struct{ dir string }

// newTemp makes the directory and, as a hole, the payload.
func newTemp() (temp, error) {
	dir, err := os.MkdirTemp("", "byhand-vm.")
	if err != nil {
		return temp{}, fmt.Errorf("make a directory for the machine: %w", err)
	}
	t := temp{dir}
	f, err := os.Create(t.payload())
	if err == nil {
		err = f.Truncate(payloadSize)
		_ = f.Close()
	}
	if err != nil {
		t.remove()
		return temp{}, fmt.Errorf("make the machine's payload: %w", err)
	}
	return t, nil
}

func (t temp) payload() string { return filepath.Join(t.dir, "payload") }

func (t temp) remove() { _ = os.RemoveAll(t.dir) }

// write puts an order's command and files into the payload, as a tar.
func (t temp) write(o Order) error {
	f, err := os.OpenFile(t.payload(), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	w := tar.NewWriter(f)
	command := o.Command + "\n"
	if err := w.WriteHeader(&tar.Header{Name: commandFile, Mode: 0o644, Size: int64(len(command))}); err != nil {
		return err
	}
	if _, err := io.WriteString(w, command); err != nil {
		return err
	}
	for _, file := range o.Files {
		if err := file.write(w); err != nil {
			return fmt.Errorf("send %s to %s: %w", file.Source, file.Target, err)
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	if at, err := f.Seek(0, io.SeekCurrent); err != nil || at > payloadSize {
		return fmt.Errorf("%d bytes of files; the drive holds %d: %w", at, payloadSize, err)
	}
	return f.Close()
}

// write adds the file, or the tree, to a tar. It becomes root's.
func (file File) write(w *tar.Writer) error {
	return filepath.Walk(file.Source, func(source string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(file.Source, source)
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path.Join("/", file.Target, filepath.ToSlash(rel)), "/")
		h := &tar.Header{Name: name, Mode: int64(info.Mode().Perm()), ModTime: info.ModTime()}
		if info.IsDir() {
			h.Typeflag, h.Name = tar.TypeDir, name+"/"
			return w.WriteHeader(h)
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is neither a file nor a directory", source)
		}
		h.Size = info.Size()
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		from, err := os.Open(source)
		if err != nil {
			return err
		}
		defer from.Close()
		_, err = io.Copy(w, from)
		return err
	})
}
