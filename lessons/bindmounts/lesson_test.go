package bindmounts

import (
	"context"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
	"byhand/lab/mount"
	"byhand/lab/namespace"
	"byhand/lab/process"
	"byhand/lab/sandbox"
)

func TestMain(m *testing.M) {
	lessontest.Main(m, process.Table{"share": process.Typed(share)})
}

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Serve a directory of the machine's inside": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "not bound"},
			{Name: "copied, not bound", Do: copied("data"), Says: "a copy"},
			{Name: "bound on the host's side only", Do: outside("data"), Says: "in our own mount namespace", Root: true},
			{Name: "another directory", Do: lessontest.After(makeSite, serveOther), Says: "not the same directory"},
			{Name: "a copy bound over the copy", Do: lessontest.After(copied("data"), lessontest.Script(inside+`mount --bind "$LAB/rootfs/data" "$LAB/rootfs/data"`)), Says: "a copy"},
			{Name: "shared propagation", Do: leaking, Says: "came through by propagation", Root: true},
			{Name: "nobody writes inside", Do: lessontest.After(makeSite, lessontest.Script(inside+`mount --bind "$LAB/site" "$LAB/rootfs/data"`)), Says: "did not write there"},
			{Name: "read-only", Do: lessontest.After(serve, lessontest.Script(`until [ -e "$LAB/site/inside" ]; do sleep 0.01; done; `+inside+`mount -o remount,bind,ro "$LAB/rootfs/data"`)), Says: "not seen outside"},
		},
		"Mount something below it, and bind it again, twice": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "not bound"},
			{Name: "bound, but not recursively", Do: belowAs("--bind", "--bind"), Says: "without MS_REC"},
			{Name: "both recursively", Do: belowAs("--rbind", "--rbind"), Says: "for comparison"},
			{Name: "bound before there was anything below", Do: tooEarly, Says: "before there was anything"},
			{Name: "a tmpfs of its own", Do: ownMemory, Says: "not the tmpfs that covers"},
			{Name: "copied, not bound", Do: lessontest.After(copied("mnt/one"), copied("mnt/all")), Says: "a copy"},
		},
		"Ask for read-only in the same call": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "not bound"},
			{Name: "a second call", Do: as("readonly", "asked"), Says: "more was done than the one call"},
			{Name: "not recursive", Do: plain("asked"), Says: "without MS_REC"},
			{Name: "bound on the host's side only", Do: outside("mnt/asked"), Says: "in our own mount namespace", Root: true},
		},
		"Make one read-only by a second call": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "not bound"},
			{Name: "read-only in name only", Do: as("asking", "top"), Says: "ignores MS_RDONLY"},
			{Name: "no second call", Do: as("serve", "top"), Says: "a remount must follow"},
			{Name: "permissions taken instead", Do: lessontest.After(as("serve", "top"), lessontest.Script(`chmod a-w "$LAB/site"`)), Says: "a remount must follow"},
			{Name: "everything below too", Do: as("all", "top"), Says: "to be left as it is"},
			{Name: "the other mount of the same directory too", Do: lessontest.After(makeTop, lessontest.Script(inside+`mount -o remount,bind,ro "$LAB/rootfs/mnt/all"`)), Says: "by another path is read-only too"},
			{Name: "copied, not bound", Do: copied("mnt/top"), Says: "a copy"},
		},
		"Make one read-only with all that is mounted below": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "not bound"},
			{Name: "the top only", Do: as("readonly", "whole"), Says: "changes one mount only"},
			{Name: "what is below only", Do: lessontest.After(as("serve", "whole"), lessontest.Script(inside+`mount -o remount,bind,ro "$LAB/rootfs/mnt/whole/cache"`)), Says: "changes one mount only"},
			{Name: "read-only in name only", Do: as("asking", "whole"), Says: "changes one mount only"},
			{Name: "not recursive", Do: lessontest.After(plain("whole"), lessontest.Script(inside+`mount -o remount,bind,ro "$LAB/rootfs/mnt/whole"`)), Says: "without MS_REC"},
			{Name: "nosuid and nodev taken off", Do: lessontest.After(makeWhole, lessontest.Script(inside+`mount -o remount,bind,ro,suid,dev "$LAB/rootfs/mnt/whole/cache"`)), Says: "took others off"},
			{Name: "the tmpfs itself", Do: lessontest.After(makeWhole, lessontest.Script(inside+`mount -o remount,ro "$LAB/site/cache"`)), Says: "the same tmpfs by another path"},
		},
		"Mount something later, and see where it turns up": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "nothing was bound there"},
			{Name: "the source is private", Do: spreadAs(`mount --make-shared "$LAB/later"`, ``), Says: "the source is not shared"},
			{Name: "the slave stays a peer", Do: spreadAs(`make-$kind "$LAB`, `make-${kind/slave/shared} "$LAB`), Says: "no slave of the source's group"},
			{Name: "the private one stays a peer", Do: spreadAs(`make-$kind "$LAB`, `make-${kind/private/shared} "$LAB`), Says: "it has still a group"},
			{Name: "the shared one is a slave", Do: spreadAs(`make-$kind "$LAB`, `make-${kind/shared/slave} "$LAB`), Says: "not the source's peer"},
			{Name: "nothing is mounted later", Do: spreadAs(`mount -t tmpfs`, `: mount -t tmpfs`), Says: "what is mounted at the source"},
			{Name: "mounted too early", Do: spreadAs(`mount --make-shared "$LAB/later"`, `mount -t tmpfs tmpfs "$LAB/later/source"; mount --make-shared "$LAB/later"`), Says: "what is mounted at the source"},
			{Name: "mounted at every place by hand", Do: lessontest.After(spread, lessontest.Script(inside+`mount -t tmpfs tmpfs "$LAB/later/slave"`)), Says: "a slave tells nobody"},
		},
		"Do all of it as Docker's --mount says": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "not bound"},
			{Name: "without readonly", Do: dockerAs(""), Says: "readonly in --mount"},
			{Name: "read-only at the top only", Do: dockerAs(",readonly,bind-recursive=writable"), Says: "readonly in --mount"},
			{Name: "not recursive", Do: dockerAs(",readonly,bind-recursive=disabled"), Says: "without MS_REC"},
			{Name: "shared propagation", Do: lessontest.After(attach, joined("share", "srv/site")), Says: "rprivate"},
			{Name: "copied, not bound", Do: copied("srv/site"), Says: "a copy"},
			{Name: "bound on the host's side only", Do: outside("srv/site"), Says: "in our own mount namespace", Root: true},
		},
	})
}

// inside begins a command that has the sandbox's mounts.
const inside = `nsenter --target "$(cat "$LAB/pid")" --user --mount --preserve-credentials `

// makeSite makes the directory and binds it nowhere.
func makeSite(ctx context.Context, b *bench.Bench) error {
	return lessontest.Script(`mkdir -p "$LAB/site/cache" "$LAB/rootfs/data"; echo 'written outside' >"$LAB/site/index.html"`)(ctx, b)
}

func copied(target string) lessontest.Does {
	return func(ctx context.Context, b *bench.Bench) error {
		if _, err := os.Stat(site(b)); err != nil {
			if err := makeSite(ctx, b); err != nil {
				return err
			}
		}
		return lessontest.Script(`mkdir -p "$LAB/rootfs/`+target+`"; cp -a "$LAB/site/." "$LAB/rootfs/`+target+`"`)(ctx, b)
	}
}

// outside binds in our own mount namespace, where the commands would be typed
// by someone who forgot to go in.
func outside(target string) lessontest.Does {
	return lessontest.After(makeSite, func(ctx context.Context, b *bench.Bench) error {
		if err := targets(b, target); err != nil {
			return err
		}
		return mount.Bind(b.Trace, site(b), b.Path("rootfs", target), true)
	})
}

func serveOther(ctx context.Context, b *bench.Bench) error {
	return sandbox.Join(ctx, b, "serve", mount.Binding{Source: b.Path("rootfs", "etc"), Target: b.Path("rootfs", "data")}, nil)
}

// leaking stands the sandbox anew, in a mount namespace that is a peer of ours.
func leaking(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.End(ctx, b); err != nil {
		return err
	}
	if err := mount.Bind(b.Trace, b.Dir, b.Dir, false); err != nil {
		return err
	}
	if err := mount.Propagate(b.Trace, b.Dir, mount.Shared); err != nil {
		return err
	}
	const flags = unix.CLONE_NEWNS | unix.CLONE_NEWPID
	if err := sandbox.Stand(ctx, b, namespace.Isolated(flags, "chroot", sandbox.Shell(b))); err != nil {
		return err
	}
	return serve(ctx, b)
}

func belowAs(one, all string) lessontest.Does {
	return lessontest.After(lessontest.Changed(belowShell, `mount --bind`, `mount `+one), func(ctx context.Context, b *bench.Bench) error {
		if all == "--rbind" {
			return nil
		}
		return lessontest.Script(inside+`sh -eu -c 'umount -R "$LAB/rootfs/mnt/all"; mount --bind "$LAB/site" "$LAB/rootfs/mnt/all"'`)(ctx, b)
	})
}

func tooEarly(ctx context.Context, b *bench.Bench) error {
	return lessontest.Script(`mkdir -p "$LAB/rootfs/mnt/one" "$LAB/rootfs/mnt/all"
`+inside+`sh -eu -c '
mount --bind "$LAB/site" "$LAB/rootfs/mnt/one"
mount --rbind "$LAB/site" "$LAB/rootfs/mnt/all"
mount -t tmpfs tmpfs "$LAB/site/cache"'`)(ctx, b)
}

// ownMemory mounts another tmpfs where that of the source should be.
func ownMemory(ctx context.Context, b *bench.Bench) error {
	return lessontest.After(tooEarly, lessontest.Script(inside+`mount -t tmpfs tmpfs "$LAB/rootfs/mnt/all/cache"`))(ctx, b)
}

func as(stage, name string) lessontest.Does {
	return func(ctx context.Context, b *bench.Bench) error { return bind(ctx, b, stage, name) }
}

func plain(name string) lessontest.Does {
	return func(ctx context.Context, b *bench.Bench) error {
		if err := targets(b, "/mnt/"+name); err != nil {
			return err
		}
		return sandbox.Join(ctx, b, "serve", mount.Binding{Source: site(b), Target: b.Path("rootfs", "mnt", name)}, nil)
	}
}

func spreadAs(old, other string) lessontest.Does {
	// The words of bash that it is changed by are not those of sh.
	return lessontest.Changed(strings.Replace(spreadShell, "sh -eu <<", "bash -eu <<", 1), old, other)
}

func dockerAs(options string) lessontest.Does {
	return func(ctx context.Context, b *bench.Bench) error {
		return attachAs(ctx, b, `type=bind,"source=`+site(b)+`",target=/srv/site`+options)
	}
}

// share is a stage: it makes a mount shared.
func share(c *process.Child, target string) (struct{}, error) {
	return struct{}{}, mount.Propagate(c.Trace, target, mount.RShared)
}

func joined(stage, target string) lessontest.Does {
	return func(ctx context.Context, b *bench.Bench) error {
		return sandbox.Join(ctx, b, stage, b.Path("rootfs", target), nil)
	}
}
