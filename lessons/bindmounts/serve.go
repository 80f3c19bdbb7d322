package bindmounts

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/mount"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

const serveShell = `mkdir -p "$LAB/site/cache" "$LAB/rootfs/data"
echo 'written outside' >"$LAB/site/index.html"
: >"$LAB/site/cache/beneath"
# docker run --mount type=bind,source="$LAB"/site,target=/data
nsenter --target "$(cat "$LAB/pid")" --user --mount --preserve-credentials \
  mount --bind "$LAB/site" "$LAB/rootfs/data"
echo 'cat /data/index.html; echo written inside >/data/inside' >"$LAB/in"
until [ -s "$LAB/site/inside" ]; do sleep 0.1; done
`

// serve makes a directory outside, binds it, and lets the shell inside read and
// write there.
func serve(ctx context.Context, b *bench.Bench) error {
	if err := os.MkdirAll(filepath.Join(site(b), "cache"), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(site(b), "index.html"), []byte("written outside\n"), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(site(b), "cache", "beneath"), nil, 0o644); err != nil {
		return err
	}
	if err := targets(b, "/data"); err != nil {
		return err
	}
	binding := mount.Binding{Source: site(b), Target: b.Path("rootfs", "data")}
	if err := sandbox.Join(ctx, b, "serve", binding, nil); err != nil {
		return err
	}
	if err := sandbox.Say(b, "cat /data/index.html; echo written inside >/data/inside"); err != nil {
		return err
	}
	return await(ctx, filepath.Join(site(b), "inside"))
}

// await gives the shell inside ten seconds to write a file. Whether it did is
// for Verify to say.
func await(ctx context.Context, path string) error {
	for range 1000 {
		if info, err := os.Stat(path); err == nil && info.Size() > 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

func served(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	mounted, m, err := isMounted(pid, "/data")
	checks := []lesson.Check{mounted, isSite(b, pid, "/data")}
	if err != nil || !lesson.Passed(checks) {
		return checks, err
	}
	ours, err := kernel.Mounts(0)
	if err != nil {
		return nil, err
	}
	leaked := "absent"
	if slices.ContainsFunc(ours, func(o kernel.Mount) bool { return o.Target == b.Path("rootfs", "data") }) {
		leaked = "present"
	}
	checks = append(checks,
		lesson.Equal("that mount in our own mountinfo", "absent", leaked, "it came through by propagation, since mount "+m.ID+" is shared: the sandbox's mounts must be private first"),
		lesson.Equal("outside, what the shell inside wrote to /data/inside", "written inside", read(filepath.Join(site(b), "inside")), "the shell inside did not write there, or what it wrote went elsewhere"),
	)
	both, err := bothWays(ctx, b, pid)
	return append(checks, both...), err
}

// bothWays writes something that nobody could have copied beforehand, on either
// side, and reads it on the other.
func bothWays(ctx context.Context, b *bench.Bench, pid int) ([]lesson.Check, error) {
	name, text := "probe-"+rand.Text(), rand.Text()
	outside, inside := filepath.Join(site(b), name), "/data/"+name
	if err := os.WriteFile(outside, []byte(text), 0o644); err != nil {
		return nil, err
	}
	in := lesson.Equal(fmt.Sprintf("written outside to %s, read inside", outside), text, read(seen(pid, inside)), "a write outside is not seen inside")
	if err := os.Remove(outside); err != nil {
		return nil, err
	}
	if _, err := write(ctx, b, inside, text); err != nil {
		return nil, err
	}
	out := lesson.Equal(fmt.Sprintf("written inside to %s, read outside", inside), text, read(outside), "a write inside is not seen outside")
	_ = os.Remove(seen(pid, inside))
	beside := "/" + name
	if _, err := write(ctx, b, beside, text); err != nil {
		return nil, err
	}
	control := lesson.Equal(fmt.Sprintf("written inside to %s, beside the mount, read outside", beside), "no such file", read(outside), "it is the whole root that is the directory, not what is mounted in it")
	control.Control = true
	_ = os.Remove(seen(pid, beside))
	return []lesson.Check{in, out, control}, nil
}

// read returns what a file holds, in a line.
func read(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return "no such file"
	}
	return strings.TrimSpace(string(text))
}
