package imageexport

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/internal/tree"
	"byhand/lab/bench"
	"byhand/lab/image"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

// nsenter makes the owners those that are seen inside.
const exportShell = `nsenter --target "$(cat "$LAB/pid")" --user --mount --preserve-credentials \
  tar --create --file "$LAB/root.tar" --directory "$LAB/rootfs" \
    --format pax --numeric-owner --xattrs --acls --sparse --one-file-system .
`

// export streams the root of the process that stands into a file.
func export(ctx context.Context, b *bench.Bench) error {
	pid, err := sandbox.PID(b)
	if err != nil {
		return err
	}
	options := image.ExportOptions{Report: report(b, "written")}
	if options.UID, options.GID, err = inside(pid); err != nil {
		return err
	}
	file, err := os.OpenFile(b.Path("root.tar"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := image.Export(ctx, file, fmt.Sprintf("/proc/%d/root", pid), options); err != nil {
		return err
	}
	return file.Close()
}

// inside translates owners to the numbers that a process's user namespace has
// for them.
func inside(pid int) (uid, gid func(uint32) (uint32, bool), err error) {
	var maps [2]image.IDMap
	for i, name := range []string{"uid_map", "gid_map"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
		if err != nil {
			return nil, nil, err
		}
		if maps[i], err = image.ParseIDMap(string(text)); err != nil {
			return nil, nil, err
		}
	}
	return maps[0].ToInside, maps[1].ToInside, nil
}

// report shows how many bytes were copied.
func report(b *bench.Bench, what string) func(int, int64) {
	return func(_ int, bytes int64) {
		if b.Work != nil {
			b.Work(what, bytes, 0, "bytes")
		}
	}
}

func exported(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	files, err := tree.List(b.Root())
	if err != nil {
		return nil, err
	}
	headers, err := read(b.Path("root.tar"))
	if errors.Is(err, os.ErrNotExist) {
		return []lesson.Check{lesson.Equal(b.Path("root.tar"), "there", "no such file", "nothing was written")}, nil
	}
	if err != nil {
		return []lesson.Check{{Name: b.Path("root.tar"), Want: "a whole tar archive", Got: err.Error(), Hint: "it was cut short, or is no tar"}}, nil
	}
	owner := uint32(os.Geteuid())
	if idmap, err := kernel.UIDMap(pid); err == nil && idmap != "" {
		owner = 0 // byhand is root inside
	}
	owned, precise := 0, "missing"
	for _, h := range headers {
		if uint32(h.Uid) == owner {
			owned++
		}
		if h.Name == "./root/first" || h.Name == "root/first" || h.Linkname == "./root/first" {
			precise = h.ModTime.UTC().Format("15:04:05.999999999")
		}
	}
	return []lesson.Check{
		lesson.Equal("headers in the tar, for the files in the root", fmt.Sprint(len(files)), fmt.Sprint(len(headers)), "not all of the root was written, or more than it"),
		lesson.Equal("headers that name the owner as seen inside, 0", fmt.Sprint(len(headers)), fmt.Sprint(owned), "the owners are those seen outside"),
		lesson.Equal("the time in the header of /root/first", modified.Format("15:04:05.999999999"), precise, "the format keeps whole seconds only: --format pax"),
	}, nil
}

// read returns an archive's headers, and an error where it is not whole.
func read(path string) ([]*tar.Header, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var headers []*tar.Header
	for archive := tar.NewReader(file); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return headers, nil
		}
		if err != nil {
			return nil, fmt.Errorf("behind %d headers: %w", len(headers), err)
		}
		headers = append(headers, h)
		if _, err := io.Copy(io.Discard, archive); err != nil {
			return nil, fmt.Errorf("the content of %s: %w", h.Name, err)
		}
	}
}
