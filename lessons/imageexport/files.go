package imageexport

import (
	"context"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"byhand/internal/lesson"
	"byhand/internal/tree"
	"byhand/lab/bench"
)

// modified is the time that one file gets: to the nanosecond.
var modified = time.Date(2001, 2, 3, 4, 5, 6, 789012345, time.UTC)

// hole is the size of the file that is nothing but a hole.
const hole = 1 << 20

const makeShell = `cd "$LAB/rootfs/root"
echo 'one file, two names' >first
ln first second
ln -s /bin/sh link
truncate --size 1M hole
mkfifo pipe
chmod 4711 first
touch --date '2001-02-03 04:05:06.789012345 UTC' first
`

// makeFiles does the same, from outside, below the root.
func makeFiles(_ context.Context, b *bench.Bench) error {
	at := func(name string) string { return b.Path("rootfs", "root", name) }
	if err := os.WriteFile(at("first"), []byte("one file, two names\n"), 0o644); err != nil {
		return err
	}
	if err := os.Link(at("first"), at("second")); err != nil {
		return err
	}
	if err := os.Symlink("/bin/sh", at("link")); err != nil {
		return err
	}
	if err := os.WriteFile(at("hole"), nil, 0o644); err != nil {
		return err
	}
	if err := os.Truncate(at("hole"), hole); err != nil {
		return err
	}
	if err := unix.Mkfifo(at("pipe"), 0o644); err != nil {
		return fmt.Errorf("mkfifo %s: %w", at("pipe"), err)
	}
	if err := os.Chmod(at("first"), 0o711|os.ModeSetuid); err != nil {
		return err
	}
	return os.Chtimes(at("first"), modified, modified)
}

func made(_ context.Context, b *bench.Bench) ([]lesson.Check, error) { return special(b.Root()) }

// special judges the files that makeFiles makes, in any tree.
func special(root string) ([]lesson.Check, error) {
	files, err := tree.List(root + "/root")
	if err != nil {
		return nil, err
	}
	mode := func(name string) string {
		f, found := files[name]
		if !found {
			return "missing"
		}
		return fmt.Sprintf("%o", f.Mode)
	}
	kept := "missing"
	if f, found := files["first"]; found {
		kept = time.Unix(0, f.ModTime).UTC().Format(time.RFC3339Nano)
	}
	return []lesson.Check{
		lesson.Equal("first: type and permissions, setuid among them", "104711", mode("first"), "the file was not made, or chown(2) came after chmod(2), which takes setuid away"),
		lesson.Equal("first: when it was modified", modified.Format(time.RFC3339Nano), kept, "the time was not set, or not to the nanosecond"),
		lesson.Equal("second: the first name of the same file", "first", files["second"].Twin, "it is a copy, not a hard link"),
		lesson.Equal("link: where it leads", "/bin/sh", files["link"].Target, "it is no symbolic link to there"),
		lesson.Equal("hole: its size", fmt.Sprint(hole), fmt.Sprint(files["hole"].Size), "the file was not made, or cut"),
		lesson.Equal("pipe: type and permissions", "10644", mode("pipe"), "it is no named pipe"),
	}, nil
}
