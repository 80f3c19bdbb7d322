package imageexport

import (
	"context"
	"errors"
	"fmt"
	"os"

	"byhand/internal/lesson"
	"byhand/internal/tree"
	"byhand/lab/bench"
	"byhand/lab/image"
)

const unpackShell = `mkdir "$LAB/copy"
tar --extract --file "$LAB/root.tar" --directory "$LAB/copy" \
  --preserve-permissions --numeric-owner --xattrs --xattrs-include='*' --acls
`

// copied is the directory that the archive is unpacked into.
func copied(b *bench.Bench) string { return b.Path("copy") }

func unpack(ctx context.Context, b *bench.Bench) error {
	if err := os.Mkdir(copied(b), 0o755); err != nil {
		return err
	}
	file, err := os.Open(b.Path("root.tar"))
	if err != nil {
		return err
	}
	defer file.Close()
	return image.Unpack(ctx, file, copied(b), image.Options{RootIsCaller: true, Report: report(b, "unpacked")})
}

func unpacked(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if _, err := os.Stat(copied(b)); errors.Is(err, os.ErrNotExist) {
		return []lesson.Check{lesson.Equal("the directory "+copied(b), "there", "no such file", "nothing was unpacked")}, nil
	}
	differences, files, err := tree.Differences(b.Root(), copied(b))
	if err != nil {
		return nil, err
	}
	others, _, err := tree.Differences(b.Path("rootfs", "etc"), b.Path("rootfs", "root"))
	if err != nil {
		return nil, err
	}
	got := "none"
	if len(differences) > 0 {
		got = fmt.Sprintf("%d, the first: %s", len(differences), differences[0])
	}
	checks, err := special(copied(b))
	if err != nil {
		return nil, err
	}
	return append([]lesson.Check{
		lesson.Equal(fmt.Sprintf("what differs between the trees, of %d files: type, mode, owner, time, links, attributes, content", files), "none", got,
			"the copy is not equal: see tar's options, or what was lost before"),
		{
			Name: "the same comparison of /etc with /root", Want: "differences", Got: fmt.Sprint(len(others)), Control: true,
			OK: len(others) > 0, Hint: "it finds none between different trees, so that it proves nothing",
		},
	}, checks...), nil
}
