package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lab/pty"
	"byhand/lessons"
)

// patience is for how long a step may take on a busy machine: to gather a root
// starts some hundred programs.
const patience = 5 * time.Minute

// A learner is somebody at a terminal in a guided shell.
type learner struct {
	*terminal
	t      *testing.T
	lesson lesson.Lesson
	bench  *bench.Bench
}

// guided begins a lesson by hand, and waits for the first step's task.
func guided(t *testing.T, home string, l lesson.Lesson, env ...string) learner {
	t.Helper()
	if why := lack(t, l); why != "" {
		t.Skipf("this machine can't: %s", why)
	}
	c := byhand(t, home, l.Name, "--by-hand")
	c.Env = append(c.Env, append([]string{"SHELL=/bin/bash"}, env...)...)
	x := learner{terminal: onTerminal(t, 30, 120, c), t: t, lesson: l}
	x.patience = patience
	x.attend("the first task", func() bool { return strings.Contains(x.text(), "Step 1 of") })
	lab := benches(x.text())
	if len(lab) != 1 {
		t.Fatalf("benches %q were named; want one", lab)
	}
	x.bench = &bench.Bench{ID: filepath.Base(lab[0]), Dir: lab[0], Source: "host"}
	return x
}

// until presses Enter now and then, since news come with a prompt, until text
// was shown.
func (x learner) until(text string) {
	x.t.Helper()
	deadline := time.Now().Add(patience)
	for !strings.Contains(x.text(), text) {
		if x.hasEnded() || time.Now().After(deadline) {
			x.t.Fatalf("waited in vain for %q; shown: %q", text, x.end())
		}
		x.press("\n")
		time.Sleep(time.Second)
	}
}

// leaves ends the shell and answers the questions, and wants a good end.
func (x learner) leaves(home string) {
	x.t.Helper()
	x.press("quit\n")
	for deadline := time.Now().Add(patience); !strings.Contains(x.text(), "Question 1 of") && time.Now().Before(deadline); {
		time.Sleep(100 * time.Millisecond)
	}
	x.attend("the end", x.hasEnded)
	if got := x.status(time.Second); got != 0 {
		x.t.Fatalf("byhand %s --by-hand ended with status %d; want 0; shown: %q", x.lesson.Name, got, x.end())
	}
	if _, err := os.Stat(x.bench.Dir); err == nil {
		x.t.Errorf("%s is still there after the end", x.bench.Dir)
	}
	groups, err := cgroup.All()
	if err != nil {
		x.t.Fatal(err)
	}
	for dir := range groups {
		if strings.Contains(dir, x.bench.ID) {
			x.t.Errorf("%s is still there after the end", dir)
		}
	}
	text, err := os.ReadFile(filepath.Join(home, "progress.json"))
	if err != nil || !strings.Contains(string(text), `"by-hand"`) {
		x.t.Errorf("the progress is %s, %v; want that the lesson was done by hand", text, err)
	}
}

// printed asks for the commands of the n-th step as a learner does, by a second
// hint. They are byhand's own: where it has moved into a part of the cgroup tree
// that systemd made for it, their paths are in there.
func (x learner) printed(n int) string {
	x.t.Helper()
	x.hint("once more hint shows the command")
	told := x.hint(fmt.Sprintf("Step %d of %d", n, len(x.lesson.Steps)))
	_, after, found := strings.Cut(told, "\n$ ")
	if !found {
		x.t.Fatalf("the second hint for step %d is %q; want its commands", n, told)
	}
	return strings.TrimRight(after, "\n") + "\n" // as the mouse takes them
}

// hint types the word and returns what is told, which has the text in it.
func (x learner) hint(text string) (told string) {
	x.t.Helper()
	const end = "this is all"
	begun := len(x.text())
	x.press("hint; echo 'this is' all\n")
	x.await("a hint with "+text, func() bool {
		var found bool
		told, _, found = strings.Cut(x.text()[begun:], "\n"+end)
		return found
	})
	if !strings.Contains(told, text) {
		x.t.Fatalf("the hint is %q; want %q in it", told, text)
	}
	return told
}

func made(n int) string { return "step " + string(rune('0'+n)) + " is made" }

// TestByHandAsPrinted pastes each lesson's commands as a hint prints them.
func TestByHandAsPrinted(t *testing.T) {
	for _, l := range lessons.Syllabus() {
		if testing.Short() && l.Name != "chroot" {
			continue
		}
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			home := unlocked(t)
			x := guided(t, home, l, "TERM=dumb")
			for i := range l.Steps {
				x.press(x.printed(i+1) + "\n")
				x.until(made(i + 1))
			}
			x.leaves(home)
		})
	}
}

// otherWays are, for each lesson, its steps made in another right way than the
// printed one: in the foreground, by nsenter, with other words.
var otherWays = map[string][]string{
	"chroot":  {"", `echo out >"$LAB/outside.txt"; chroot "$LAB/rootfs" sh`, "echo made inside >/inside.txt"},
	"unshare": {`unshare -m -u -i -n -p -f -U -r chroot "$LAB/rootfs" sh`, "hostname sandbox"},
	"proc-mounts": { // -r is the root as the process has it: $LAB/rootfs would be that of our mount namespace
		`nsenter -t $(cat "$LAB/pid") -a -r -w sh -c 'mount -t proc x /proc'`,
		`nsenter -t $(cat "$LAB/pid") -a -r -w sh -c 'mount -t sysfs -o nosuid,nodev,noexec x /sys'`,
		`nsenter -t $(cat "$LAB/pid") -a -r -w sh -c 'mount -t tmpfs x /tmp; echo kept in memory >/tmp/secret'`,
	},
	"cgroup-cpu": { // a group of one's own naming, hogs that are no yes, a period of half the length, weights in the same proportion, on the last CPU
		`g=ration-${LAB##*/} p=$(cat "$LAB/pid"); if [ -e /sys/fs/cgroup/cgroup.controllers ]; then v=2; echo +cpu >/sys/fs/cgroup/cgroup.subtree_control; else v=1; fi
			at() { if [ $v = 2 ]; then echo /sys/fs/cgroup/$1; else echo /sys/fs/cgroup/cpu/$1 /sys/fs/cgroup/cpuacct/$1; fi; }
			join() { for d in $(at $1); do perl -e 'open my $f, ">", $ARGV[0] or die; print $f $ARGV[1]' $d/cgroup.procs $2; done; }
			mkdir $(at $g)`,
		`join $g $p`,
		`mkdir $(at $g-free); for i in $(seq $((1 + $(nproc) / 10))); do (join $g $BASHPID; exec nsenter -t $p -a -r -w sh -c 'while :; do :; done') & (join $g-free $BASHPID; while :; do :; done) & done`,
		`if [ $v = 2 ]; then echo $((2500 * $(nproc))) 50000 >$(at $g)/cpu.max; else echo 50000 >/sys/fs/cgroup/cpu/$g/cpu.cfs_period_us; echo $((2500 * $(nproc))) >/sys/fs/cgroup/cpu/$g/cpu.cfs_quota_us; fi`,
		`weigh() { mkdir $(at $g-$1); if [ $v = 2 ]; then echo $2 >$(at $g-$1)/cpu.weight; else echo $2 >/sys/fs/cgroup/cpu/$g-$1/cpu.shares; fi; (taskset -p -c $(($(nproc) - 1)) $BASHPID; join $g-$1 $BASHPID; while :; do :; done) & }
			weigh one 200; weigh three 600; weigh also-three 600`,
	},
	"bind-mounts": { // calls that mount(8) does not make, options in its own order, one for all below
		`mkdir -p "$LAB/site/cache" "$LAB/rootfs/data" "$LAB"/rootfs/mnt/{one,all,asked,top,whole,shared,slave,private} "$LAB/rootfs/srv/site" "$LAB"/later/{source,shared,slave,private}
			touch "$LAB/site/index.html" "$LAB/site/cache/beneath"
			cd "$LAB"; at() { nsenter -t $(cat "$LAB/pid") -U -m --preserve-credentials env -C "$LAB" "$@"; }
			at mount -o bind site rootfs/data; nsenter -t $(cat "$LAB/pid") -a -r -w sh -c 'echo written inside >/data/inside'`,
		`at mount -o bind site rootfs/mnt/one; at mount -t tmpfs -o size=1m,mode=755 x site/cache; at touch site/cache/above; at mount -o rbind site rootfs/mnt/all`,
		// mount(2) with MS_RDONLY, MS_BIND and MS_REC, which takes no notice of the first.
		`at perl -e 'my ($from, $to, $none) = ("site", "rootfs/mnt/asked", ""); syscall(165, $from, $to, $none, 1 | 4096 | 16384, 0) == 0 or die $!'`,
		`at mount -o rbind,ro site rootfs/mnt/top`,
		// mount_setattr(2) with AT_RECURSIVE and MOUNT_ATTR_RDONLY.
		`at mount -R site rootfs/mnt/whole; at perl -e 'my ($at, $set) = ("rootfs/mnt/whole", pack "Q4", 1, 0, 0, 0); syscall(442, -100, $at, 0x8000, $set, 32) == 0 or die $!'`,
		`at mount --bind --make-shared later later; for k in private slave shared; do at mount --bind --make-$k later rootfs/mnt/$k; done; for m in rootfs/mnt/private/private rootfs/mnt/slave/slave later/shared later/source; do at mount -t tmpfs x $m; done`,
		`at mount --make-rprivate -o rbind site rootfs/srv/site; at perl -e 'my ($at, $set) = ("rootfs/srv/site", pack "Q4", 1, 0, 0, 0); syscall(442, -100, $at, 0x8000, $set, 32) == 0 or die $!'`,
	},
	"exec": { // setns(2) itself, in the foreground, and other commands to look with
		`p=$(cat "$LAB/pid"); look='{ echo hostname: $(hostname); echo pid: $$; cd /; echo root: $(ls); echo processes: $(cd proc; ls -d [0-9]*); }'
			if [ -e /sys/fs/cgroup/freezer ]; then d=/sys/fs/cgroup/freezer$(grep :freezer: /proc/$p/cgroup | cut -d: -f3); else d=/sys/fs/cgroup$(cut -d: -f3 /proc/$p/cgroup); fi
			sh -c "$look" >"$LAB/seen-outside"
			echo "$look >/seen-inside" >"$LAB/rootfs/look"
			(echo $BASHPID >$d/cgroup.procs; exec perl -e '
				opendir my $root, "/proc/$ARGV[0]/root" or die;
				my @ns = map { open my $f, "<", "/proc/$ARGV[0]/ns/$_" or die; $f } qw(user mnt uts ipc net pid);
				syscall(308, fileno $_, 0) == 0 or die for @ns;
				chdir $root or die; chroot "." or die; exec "/bin/sh" unless fork; wait' $p)`,
		`. /look`,
		`exit`,
	},
	"ports": { // devices that move and are renamed, another rule for the way out, and a proxy in place of one for the way in
		`at() { local p=$(cat "$LAB/$1"); shift; nsenter -t $p -U -n --preserve-credentials "$@"; }
			stay() { local n=$1; shift; BYHAND_BENCH=$LAB "$@" perl -e '$0 = "idle"; sleep' & echo $! >"$LAB/$n"; until [ "$(cat /proc/$!/comm)" = idle ]; do sleep 0.1; done; }
			stay host unshare -U -r -n
			stay outside nsenter -t $(cat "$LAB/host") -U -n --preserve-credentials unshare -n
			at host ip link add uplink type veth peer name far; at host ip link set far netns $(cat "$LAB/outside") name eth0
			at outside ip link set eth0 up; at outside ip addr add 192.0.2.2/24 dev eth0
			at host ip link set uplink up; at host ip addr add 192.0.2.1/24 dev uplink; at host ip link set lo up`,
		`stay box nsenter -t $(cat "$LAB/host") -U -n --preserve-credentials unshare -n; at box ip link set lo up`,
		`cat >"$LAB/serve" <<'END'
use Socket; my ($port, $to) = @ARGV; $SIG{PIPE} = "IGNORE";
socket my $s, PF_INET, SOCK_STREAM, 0 or die; setsockopt $s, SOL_SOCKET, SO_REUSEADDR, 1;
bind $s, sockaddr_in($port, INADDR_ANY) or die; listen $s, 5;
while (accept my $c, $s) {
my $text = "hello from inside";
if ($to) { socket my $o, PF_INET, SOCK_STREAM, 0; connect $o, sockaddr_in(80, inet_aton($to)); $text = <$o> }
syswrite $c, $text;
}
END
			BYHAND_BENCH=$LAB at box perl "$LAB/serve" 80 &`,
		`at box ip link add eth0 type veth peer name veth0; at box ip link set veth0 netns $(cat "$LAB/host"); at box ip link set eth0 up; at host ip link set veth0 up; at host ip link add byhand0 up type bridge; at host ip link set veth0 master byhand0`,
		`at box ip addr add 10.201.0.2/24 dev eth0; at box ip route add 0.0.0.0/0 via 10.201.0.1 dev eth0; at host ip addr add 10.201.0.1/24 dev byhand0`,
		`at host sysctl -qw net.ipv4.ip_forward=1; at host nft -f - <<'END'
table ip mine { chain out { type nat hook postrouting priority 100; oifname "uplink" snat to 192.0.2.1; }; }
END`,
		`printf '{\n "config": {"ExposedPorts": {"80/tcp": {}}, "Env": []}\n}\n' >"$LAB/config.json"`,
		`BYHAND_BENCH=$LAB at host perl "$LAB/serve" 8080 10.201.0.2 &`,
	},
	"run": { // a monitor that calls unshare(2) itself, and words of one's own for kill and rm
		`install -d "$LAB/boxes/box"`,
		`cat >"$LAB/keep" <<'END'
use POSIX; chdir "$ENV{LAB}/boxes/$ARGV[0]"; mkfifo "in", 0600 or die; fork and exit; setsid;
sub note { open my $f, ">", $_[0] or die "$_[0]: $!"; print $f $_[1]; close $f or die "$_[0]: $!" }
my ($u, $g) = ($>, $) + 0);
syscall(272, 0x7c020000) == 0 or die "unshare: $!";
note("/proc/self/uid_map", "0 $u 1"); note("/proc/self/setgroups", "deny"); note("/proc/self/gid_map", "0 $g 1");
my $pid = fork;
if (!$pid) { open STDIN, "+<", "in"; open STDOUT, ">", "out"; open STDERR, ">&STDOUT"; chroot "$ENV{LAB}/rootfs" or die; chdir "/"; exec "/bin/sh" }
note("pid", "$pid\n"); open STDOUT, ">", "/dev/null"; open STDERR, ">&STDOUT";
waitpid $pid, 0;
if ($ARGV[1]) { exec "rm", "-r", getcwd } else { note("status", ($? & 127 ? 128 + ($? & 127) : $? >> 8) . "\n") }
END
			perl "$LAB/keep" box 0`,
		`install -d "$LAB/boxes/job"; perl "$LAB/keep" job 0; until [ -s "$LAB/boxes/job/pid" ]; do sleep 0.1; done; xargs kill -s KILL <"$LAB/boxes/job/pid"`,
		`find "$LAB/boxes/job" -delete`,
		`install -d "$LAB/boxes/job"; perl "$LAB/keep" job 1; until [ -s "$LAB/boxes/job/pid" ]; do sleep 0.1; done; printf 'cd /\necho done >job\nexit\n' >"$LAB/boxes/job/in"`,
	},
	"attach": { // a pair made by its own calls, and one process that is monitor and script(1) in one
		`cat >"$LAB/keep" <<'END'
use POSIX; use Fcntl; chdir $ENV{LAB}; mkfifo "in", 0600 or die; fork and exit; setsid;
sub note { open my $f, ">", $_[0] or die "$_[0]: $!"; print $f $_[1]; close $f or die "$_[0]: $!" }
my ($u, $g, $zero, $n) = ($>, $) + 0, pack("i", 0), pack("i", 0));
sysopen my $m, "/dev/ptmx", O_RDWR | O_NOCTTY or die; ioctl $m, 0x40045431, $zero or die; ioctl $m, 0x80045430, $n or die;
sysopen my $s, "/dev/pts/" . unpack("i", $n), O_RDWR | O_NOCTTY or die;
syscall(272, 0x7c020000) == 0 or die "unshare: $!";
note("/proc/self/uid_map", "0 $u 1"); note("/proc/self/setgroups", "deny"); note("/proc/self/gid_map", "0 $g 1");
my $pid = fork;
if (!$pid) { close $m; setsid; ioctl $s, 0x540e, 0 or die "TIOCSCTTY: $!"; open STDIN, "+<&", $s; open STDOUT, ">&", $s; open STDERR, ">&", $s; chroot "rootfs" or die; chdir "/"; exec "/bin/sh" }
close $s; note("monitor", "$$\n"); note("pid", "$pid\n"); open STDOUT, ">", "/dev/null"; open STDERR, ">&STDOUT";
open my $in, "+<", "in" or die; open my $log, ">", "out" or die;
for (;;) {
my $r = ""; vec($r, fileno $_, 1) = 1 for $in, $m; select $r, undef, undef, undef;
if (vec $r, fileno $in, 1) { sysread $in, my $typed, 4096; syswrite $m, $typed }
if (vec $r, fileno $m, 1) { sysread $m, my $shown, 4096 or exit; syswrite $log, $shown }
}
END
			perl "$LAB/keep"`,
		`for to in in pipe/in; do printf '%s\n' 'if [ -t 0 ]; then printf "I am on a terminal\n"; else printf "I am on none\n"; fi' >"$LAB/$to"; done`,
		// The shell itself takes SIGWINCH, and runs the trap behind its next line.
		`p=$(cat "$LAB/pid"); echo 'trap "stty size >/size" WINCH; echo >/ready' >"$LAB/in"; until [ -e "$LAB/rootfs/ready" ]; do sleep 0.1; done
			perl -e 'open my $t, "+<", "/proc/$ARGV[0]/fd/0" or die; my $size = pack "S4", 33, 99, 0, 0; ioctl $t, 0x5414, $size or die' $p; until [ -s "$LAB/rootfs/size" ]; do echo >"$LAB/in"; sleep 0.1; done`,
		`q=$(cat "$LAB/pipe/pid"); asleep() { ps -o comm= --ppid $1 | grep -qx sleep; }; echo sleep 1h | tee "$LAB/in" >"$LAB/pipe/in"; until asleep $p && asleep $q; do sleep 0.1; done
			echo -e '\x03' | tee "$LAB/in" >"$LAB/pipe/in"; while asleep $p; do sleep 0.1; done; echo 'printf %d $? >/interrupted' >"$LAB/in"`,
		`(tail -n 0 -f "$LAB/out" >"$LAB/attached" & until grep -q 'read by PID 1' "$LAB/attached"; do echo 'printf "read by PID %d\n" $$' >"$LAB/in"; sleep 0.3; done; kill $!)`,
		`echo 'trap "printf SIGHUP >/hup; exit 7" HUP; sleep 1h & wait $!' >"$LAB/in"; until asleep $p; do sleep 0.1; done; kill $(cat "$LAB/monitor"); ps -o ppid= $q | xargs kill -s KILL`,
	},
	"pause": { // a group of one's own naming, counters with other words
		`p=$(cat "$LAB/pid") g=still-${LAB##*/}; if [ -e /sys/fs/cgroup/freezer ]; then v=1 t=/sys/fs/cgroup/freezer; else v=2 t=/sys/fs/cgroup; fi; mkdir $t/$g $t/$g-beside; echo $p >$t/$g/cgroup.procs
			count='i=5; while sleep 0.05; do i=$((i + 1)); printf %9d $i 1<>$to; done'
			echo "{ to=/count; $count; } &" >"$LAB/in"
			(echo $BASHPID >$t/$g-beside/cgroup.procs; to=$LAB/count; eval "$count") &`,
		`if [ $v = 2 ]; then echo 1 >$t/$g/cgroup.freeze; else until grep -q FROZEN $t/$g/freezer.state; do echo FROZEN >$t/$g/freezer.state; done; fi`,
		`if [ $v = 2 ]; then echo 0 >$t/$g/cgroup.freeze; else echo THAWED >$t/$g/freezer.state; fi`,
		`if [ $v = 2 ]; then echo 1 >$t/$g/cgroup.freeze; else until grep -q FROZEN $t/$g/freezer.state; do echo FROZEN >$t/$g/freezer.state; done; fi
			perl -e 'kill 9, @ARGV' $(ps -o pid= --ppid $p) $(cat $t/$g-beside/cgroup.procs)`,
		`if [ $v = 2 ]; then echo 0 >$t/$g/cgroup.freeze; else echo THAWED >$t/$g/freezer.state; fi`,
	},
	"inspect": { // pgrep(1) that knows namespaces, perl in place of awk, findmnt(8) of stat(1)
		`p=$(cat "$LAB/pid"); for q in $(pgrep --ns $p --nslist pid | sort -n); do perl -ne '$n = $1 if /^Name:\s(.*)/; $i = $1 if /^NSpid:.*\s(\d+)$/; END { print "'$q' $i $n\n" }' /proc/$q/status; done >"$LAB/top"`,
		`perl -e '$d = "/proc/$ARGV[0]"; print "Pid $ARGV[0]\nRoot ", readlink "$d/root"; open $s, "<", "$d/status"; while (<$s>) { chomp; /^(CapEff|NoNewPrivs|Seccomp|Threads):\s(.*)/ and $f{$1} = $2 }
			print "\n$_ $f{$_}" for qw(CapEff NoNewPrivs Seccomp Threads); open $m, "<", "$d/uid_map"; print "\nUidMap ", join " ", split " ", <$m>; print "\n", readlink "$d/ns/$_" for qw(ipc mnt net pid user uts)' $p >"$LAB/inspect"`,
		`{ echo "Kernel $(cat /proc/sys/kernel/osrelease)"; echo "Architecture $(arch)"; echo "Name $(cat /proc/sys/kernel/hostname)"; sed -n 's/^MemTotal: */Memory /p' /proc/meminfo; echo Cgroup $(findmnt -no FSTYPE /sys/fs/cgroup | grep -c cgroup2) | sed 's/1/2/;s/0/1/'; } >"$LAB/info"`,
	},
	"layers": { // an overlay itself writes the second layer; all options in another order, the paths from the top
		`mkdir -p "$LAB"/{layers/2,scratch/{work,all}}; unshare --mount sh -euc 'cd "$LAB/scratch"; mount -t overlay x all -o workdir=work,upperdir="$LAB/layers/2",lowerdir="$LAB/layers/1"
			mkdir all/app; echo hello from the second >all/app/hello; echo from the second >all/srv/changed; rm all/srv/old'`,
		`mkdir "$LAB"/{upper,work}; mkfifo "$LAB/in"; unshare -m -u -i -n -p -f -U -r sh -c 'cd "$LAB"; mount -t overlay -o userxattr,workdir=$LAB/work,upperdir=$LAB/upper,lowerdir=$LAB/layers/2:$LAB/layers/1 pile $LAB/rootfs; exec chroot $LAB/rootfs sh' <>"$LAB/in" >/dev/null 2>&1 & until p=$(pgrep -P $!); do sleep 0.1; done`,
		`until grep -q '^pile / overlay' /proc/$p/mounts; do sleep 0.1; done; nsenter -t $p -a -r -w sh -c 'echo new >new; { cat srv/changed; echo more; } >text; mv text srv/changed; rm -r app/hello'`,
		`mkdir -p "$LAB"/{upper2,work2}; nsenter -t $p -U -m --preserve-credentials sh -euc 'cd "$LAB"; mkdir rootfs/second; mount pile2 rootfs/second -t overlay -o upperdir=upper2,userxattr,workdir=work2 -o lowerdir=layers/2:layers/1'`,
	},
	"registry": { // uploads by PATCH, JSON of another form, and cp in place of curl
		`r=http://$(cat "$LAB/address"); r=$r/v2/box; ask() { curl -fsS --noproxy '*' "$@"; }; sum() { sha256sum <"$1" | head -c 64; }
			for f in config.json layer.tar.gz; do
			to=$r/blobs/uploads/$(ask -X POST -i "$r/blobs/uploads/" | tr -d '\r' | perl -ne 'm{^location:.*/(.*)}i and print $1')
			ask -X PATCH -T "$LAB/image/$f" "$to"; ask -X PUT "$to?digest=sha256:$(sum "$LAB/image/$f")"; done`,
		`perl -e 'my @d = map { chomp(my $sum = qx(sha256sum <$_ | head -c 64)); qq({ "size": @{[-s]}, "digest": "sha256:$sum", "mediaType": "application/vnd.oci.image.) . (/config/ ? "config.v1+json" : "layer.v1.tar+gzip") . qq(" }) } glob "$ENV{LAB}/image/{config,layer}*";
			print qq({ "layers": [ $d[1] ],\n"config": $d[0],\n"mediaType": "application/vnd.oci.image.manifest.v1+json", "schemaVersion": 2 }\n)' >"$LAB/image/manifest.json"
			ask -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' -T "$LAB/image/manifest.json" "$r/manifests/1"`,
		`mkdir "$LAB/pulled"; ask "$r/manifests/sha256:$(sum "$LAB/image/manifest.json")" >"$LAB/pulled/manifest.json"`,
		`for f in config.json layer.tar.gz; do s=$(sum "$LAB/image/$f"); ask "$r/blobs/sha256:$s" >"$LAB/pulled/$s"; done; mkdir "$LAB/rootfs"; gunzip <"$LAB/pulled/$s" | (cd "$LAB/rootfs"; tar xpf -); mkfifo "$LAB/keys"
			unshare -m -u -i -n -p -f -U -r chroot "$LAB/rootfs" sh <>"$LAB/keys" >/dev/null 2>&1 &`,
		`perl -e 'open my $f, "+<", $ARGV[0] or die; print $f "a lie"' "$LAB/registry/blobs/sha256/$s"; cp "$LAB/registry/blobs/sha256/$s" "$LAB/pulled/again"`,
	},
	"volumes": { // tar in place of cp, mounts made before the root is taken, one call of mount for two of the kernel
		`install -d "$LAB/volumes/data/_data"; tar -C "$LAB/rootfs/data" -cf - . | tar -C "$LAB/volumes/data/_data" -xpf -`,
		`p=$(cat "$LAB/pid"); nsenter -t $p -U -m --preserve-credentials mount -o rbind "$LAB/volumes/data/_data" "$LAB/rootfs/data"; nsenter -t $p -a -r -w sh -c 'echo written by the first >/data/note; echo lost >/beside'`,
		`kill -s KILL $p; while [ -e /proc/$p ]; do sleep 0.1; done; find "$LAB/rootfs" -xdev -delete; mkdir "$LAB/rootfs"; tar -C "$LAB/image" -cf - . | tar -C "$LAB/rootfs" -xpf -; mkfifo "$LAB/second"
			unshare -m -u -i -n -p -f -U -r sh -c 'mount --rbind "$LAB/volumes/data/_data" "$LAB/rootfs/data"; exec chroot "$LAB/rootfs" sh' <>"$LAB/second" >/dev/null 2>&1 & until p=$(pgrep -P $!); do sleep 0.1; done; echo 'echo written by the second >/data/second' >"$LAB/second"`,
		`nsenter -t $p -U -m --preserve-credentials sh -c 'mkdir "$LAB/rootfs/read"; mount -o bind,ro "$LAB/volumes/data/_data" "$LAB/rootfs/read"'`,
	},
	"tmpfs": { // from a process that joins, and from outside through /proc/PID/root
		`p=$(cat "$LAB/pid"); at() { nsenter -t $p -a -r -w "$@"; }; at sh -c 'mkdir secret; mount -t tmpfs -o mode=700,size=1024k,noexec,nodev,nosuid none secret'`,
		`(umask 077; printf 'the password is swordfish' >/proc/$p/root/secret/token); at sh -c 'echo "no secret: it lies in the root" >beside'`,
		`head -c 2M /dev/zero >/proc/$p/root/secret/fill; head -c 2M /dev/zero >/proc/$p/root/fill`,
		`nsenter -t $p -U -m --preserve-credentials umount -l "$LAB/rootfs/secret"`,
	},
	"escape": { // by a process that waits for its sign; and the old root put at a place of its own
		`echo machine >"$LAB/outside.txt"; perl -e 'chroot $ARGV[0]; chdir "/"; sleep 1 until -e "go"; chroot "bin"; chdir "../../../../../../../../../.."; chroot "."; exec "sleep", "1000"' "$LAB/rootfs" &`,
		`: >"$LAB/rootfs/go"`,
		`kill -9 $!; unshare -m -u -i -n -p -f -U -r sh -euc 'mount --rbind "$LAB/rootfs" "$LAB/rootfs"; mkdir -p "$LAB/rootfs/old"; mount -t proc none "$LAB/rootfs/proc"; cd "$LAB/rootfs"; pivot_root . old; cd /; umount -l old; exec sleep 1000' &`,
	},
	"cgroup-memory": { // the group as the kernel names it, and hogs that join it and then the namespaces
		`p=$(cat "$LAB/pid"); if [ -e /sys/fs/cgroup/memory ]; then d=/sys/fs/cgroup/memory$(grep :memory: /proc/$p/cgroup | cut -d: -f3); echo 80M >$d/memory.limit_in_bytes; echo 80M >$d/memory.memsw.limit_in_bytes; else d=/sys/fs/cgroup$(cut -d: -f3 /proc/$p/cgroup); echo 80M >$d/memory.max; echo 0 >$d/memory.swap.max; fi`,
		`(echo $BASHPID >$d/cgroup.procs; exec nsenter -t $p -a -r -w sh -c '(yes | tr -d "\n" | head -c 21000000; sleep 3600) | tail') &`,
		`(echo $BASHPID >$d/cgroup.procs; exec nsenter -t $p -a -r -w sh -c 'yes | tr -d "\n" | head -c 200000000 | tail; echo $? >/status'); sh -c 'yes | tr -d "\n" | head -c 200000000 | tail >/dev/null'; echo $? >"$LAB/status"`,
	},
	"image-export": {
		`( cd "$LAB/rootfs/root"; printf 'one file, two names\n' >second; chmod 4711 second; ln second first; touch -d '2001-02-03 04:05:06.789012345 UTC' second; ln -sf /bin/sh link; dd if=/dev/null of=hole bs=1M seek=1; mknod pipe p )`,
		`nsenter -t $(cat "$LAB/pid") -U --preserve-credentials -m tar -C "$LAB/rootfs" -H pax --xattrs --acls --numeric-owner -cf - . >"$LAB/root.tar"`,
		`mkdir "$LAB/copy"; cp -a "$LAB/rootfs/." "$LAB/copy/"`,
		`unshare -m -u -i -n -p -f -U -r chroot "$LAB/copy" sh`,
	},
}

// TestByHandAnotherWay makes the steps of each lesson in another way.
func TestByHandAnotherWay(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("the other ways are root's")
	}
	for _, l := range lessons.Syllabus() {
		ways := otherWays[l.Name]
		if ways == nil {
			continue
		}
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			home := unlocked(t)
			x := guided(t, home, l, "TERM=dumb")
			for i, typed := range ways {
				if typed == "" { // there is no other way to gather a root than to copy it
					typed = x.printed(i + 1)
				}
				x.press(strings.ReplaceAll(typed, "\t", "") + "\n") // a tab asks for completion
				x.until(made(i + 1))
			}
			if stayed := []string{"chroot", "unshare", "image-export"}; slices.Contains(stayed, l.Name) {
				x.press("exit\n") // out of the sandbox, which has the terminal
			}
			x.leaves(home)
		})
	}
}

// TestByHandWords asks for a hint, has a step skipped where that is allowed, and leaves.
func TestByHandWords(t *testing.T) {
	l := lessons.Syllabus()[0]
	home := unlocked(t)
	x := guided(t, home, l, "TERM=dumb")
	x.press("hint\n")
	x.until("once more hint shows the command")
	x.press("hint\n")
	x.until("mkdir -p") // of the commands
	x.press("skip\n")
	x.until("step 1 was made by byhand")
	x.press("task\n")
	x.awaitText("Step 2 of 3", 2)
	x.press("quit\n")
	if got := x.status(20 * time.Second); got != 1 {
		t.Errorf("byhand ended with status %d; want 1, as two steps were left", got)
	}
	if !strings.Contains(x.text(), "you left before the last step was made") {
		t.Errorf("shown last: %q; want why it is not done", x.end())
	}
	forbidden := guided(t, home, l, "TERM=dumb", "BYHAND_NO_SKIP=1")
	forbidden.press("skip\n")
	forbidden.until("skipping is forbidden here")
	forbidden.press("exit\n")
	if got := forbidden.status(20 * time.Second); got != 1 {
		t.Errorf("byhand ended with status %d; want 1", got)
	}
}

// TestByHandTellsGroupsOfOthers wants empty groups that others make meanwhile,
// on the same machine, to be neither taken for the learner's nor taken away when
// the learner leaves; but those of the learner's own naming.
func TestByHandTellsGroupsOfOthers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root makes groups wherever they like")
	}
	all := lessons.Syllabus()
	l := all[slices.IndexFunc(all, func(l lesson.Lesson) bool { return l.Name == "cgroup-memory" })]
	x := guided(t, unlocked(t), l, "TERM=dumb")
	group := func(name string) *cgroup.Group {
		g, err := cgroup.New(name+"-"+x.bench.ID, cgroup.Memory)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = g.Remove(context.Background(), nil) })
		return g
	}
	others, theirs := group("others"), group("theirs")
	if err := others.Make(nil); err != nil {
		t.Fatal(err)
	}
	x.press("mkdir " + theirs.Dirs[0].Path + " && echo it is ' there'\n")
	x.awaitText("it is  there", 1)
	time.Sleep(time.Second) // a few glances
	x.press("quit\n")
	if got := x.status(patience); got != 1 {
		t.Errorf("byhand ended with status %d; want 1, as no step was made", got)
	}
	for _, test := range []struct {
		group *cgroup.Group
		stays bool
	}{{others, true}, {theirs, false}} {
		if _, err := os.Stat(test.group.Dirs[0].Path); (err == nil) != test.stays {
			t.Errorf("stat %s after the end: %v; want that it is there: %t", test.group.Dirs[0].Path, err, test.stays)
		}
	}
}

// TestByHandTakesNoGroupOfOthers makes an empty group, as another program on the
// machine may, while the learner is at the step that makes one and types nothing:
// it must not be taken for the learner's.
func TestByHandTakesNoGroupOfOthers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root makes groups wherever they like")
	}
	t.Parallel()
	all := lessons.Syllabus()
	l := all[slices.IndexFunc(all, func(l lesson.Lesson) bool { return l.Name == "cgroup-cpu" })]
	x := guided(t, unlocked(t), l, "TERM=dumb")
	x.rests()
	others, err := cgroup.New("others-"+x.bench.ID, cgroup.CPU, cgroup.CPUAcct)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = others.Remove(context.Background(), nil) })
	if err := others.Make(nil); err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Second) // many glances
	x.press("echo this is ' later'\n")
	x.awaitText("this is  later", 1)
	time.Sleep(time.Second)
	if x.hint(""); strings.Contains(x.text(), made(1)) {
		t.Fatalf("a step was made by a group of somebody else; shown: %q", x.end())
	}
	// A group of the learner's own naming is.
	x.press(strings.ReplaceAll(otherWays[l.Name][0], "\t", "") + "\n")
	x.until(made(1))
	x.press("quit\n")
	if got := x.status(patience); got != 1 {
		t.Errorf("byhand ended with status %d; want 1, as steps were left", got)
	}
	if _, err := os.Stat(others.Dirs[0].Path); err != nil {
		t.Errorf("the group of somebody else: %v; want it untouched", err)
	}
}

// rests waits until nothing that the guided shell has started runs.
func (x learner) rests() {
	x.t.Helper()
	before, since := "", time.Now()
	x.await("the shell to wait for a command", func() bool {
		time.Sleep(100 * time.Millisecond)
		all, err := kernel.Descendants(x.command.Process.Pid)
		if err != nil {
			x.t.Fatal(err)
		}
		var now strings.Builder
		for _, p := range all {
			threads, running, err := kernel.Switches(p.PID)
			fmt.Fprintln(&now, p.PID, threads, running, err)
		}
		if now.String() != before {
			before, since = now.String(), time.Now()
		}
		return time.Since(since) > time.Second
	})
}

// TestByHandIsEndedByAHangup closes the terminal, and wants nothing left.
func TestByHandIsEndedByAHangup(t *testing.T) {
	l := lessons.Syllabus()[0]
	x := guided(t, unlocked(t), l, "TERM=xterm")
	x.press("sleep 1000 & sleep 1000\n")
	time.Sleep(500 * time.Millisecond)
	before := x.modes()
	if err := x.command.Process.Signal(unix.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if got := x.status(20 * time.Second); got != 128+int(unix.SIGHUP) {
		t.Errorf("byhand ended with status %d; want %d", got, 128+int(unix.SIGHUP))
	}
	after := x.modes()
	if after.Lflag&unix.ICANON == 0 || before.Lflag&unix.ICANON != 0 {
		t.Errorf("lines are edited by the terminal: before %v, after %v; want false, true", before.Lflag&unix.ICANON != 0, after.Lflag&unix.ICANON != 0)
	}
	if _, err := os.Stat(x.bench.Dir); err == nil {
		t.Errorf("%s is still there", x.bench.Dir)
	}
	if left, err := x.bench.Processes(); err != nil || len(left) > 0 {
		t.Errorf("processes of the bench: %v, %v; want none", left, err)
	}
}

// TestByHandPanel asks in the shell for the terminal's size: the panel is not
// part of it, but is taken away for a program that fills the screen.
func TestByHandPanel(t *testing.T) {
	l := lessons.Syllabus()[0]
	x := guided(t, unlocked(t), l, "TERM=xterm")
	x.awaitText("step 1 of 3", 1) // the panel's own words
	size := func(command, want string) {
		t.Helper()
		x.press("clear; " + command + "\n")
		x.await(command+" to show "+want, func() bool { return strings.Contains(x.text(), want) })
	}
	size("echo size $(stty size)", "size 23 120")
	size(`printf '\033[?1049h'; sleep 1; echo full $(stty size); printf '\033[?1049l'; sleep 1; echo again $(stty size)`, "full 30 120")
	x.awaitText("again 23 120", 1)
	if err := pty.Resize(x.master, pty.Size{Rows: 40, Columns: 100}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(500 * time.Millisecond)
	size("echo now $(stty size)", "now 33 100")
	// clear(1) has erased the panel each time, and it was drawn again.
	panels := strings.Count(x.text(), "step 1 of 3")
	x.press("clear\n")
	x.awaitText("step 1 of 3", panels+1)
	x.press("quit\n")
	if got := x.status(20 * time.Second); got != 1 {
		t.Errorf("byhand ended with status %d; want 1", got)
	}
}

// TestByHandPlain wants the whole terminal for the shell where --plain or the
// environment asks for lines: no panel, no scrolling region, the words between
// the prompts.
func TestByHandPlain(t *testing.T) {
	l := lessons.Syllabus()[0]
	if why := lack(t, l); why != "" {
		t.Skipf("this machine can't: %s", why)
	}
	for _, test := range []struct {
		name      string
		flag, env []string
	}{
		{"--plain", []string{"--plain"}, nil},
		{"BYHAND_PLAIN", nil, []string{"BYHAND_PLAIN=1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := byhand(t, unlocked(t), append([]string{l.Name, "--by-hand"}, test.flag...)...)
			c.Env = append(c.Env, append([]string{"SHELL=/bin/bash", "TERM=xterm"}, test.env...)...)
			x := learner{terminal: onTerminal(t, 30, 120, c), t: t, lesson: l}
			x.attend("the first task", func() bool { return strings.Contains(x.text(), "Step 1 of") })
			x.press("echo size $(stty size)\n")
			x.until("size 30 120")
			x.press("hint\n")
			x.until("once more hint shows the command")
			x.press("quit\n")
			if got := x.status(20 * time.Second); got != 1 {
				t.Errorf("byhand ended with status %d; want 1, as no step was made", got)
			}
			// DECSTBM bounds the scrolling, DECSC keeps the cursor while a panel is
			// drawn. What readline writes has neither.
			for _, sequence := range []string{"r\x1b8", "\x1b7"} {
				if strings.Contains(x.text(), sequence) {
					t.Errorf("%q was written; want only words: %q", sequence, x.end())
				}
			}
		})
	}
}
