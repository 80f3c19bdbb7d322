#!/bin/bash
# Goes once through the container engine in the machine, as root or as an ordinary
# user, and wants nothing of it to stand afterwards.
# shellcheck disable=SC2016 # shells inside, and perl, expand what is quoted
set -euo pipefail
work=$(mktemp -d)
cd "$work"
export BYHAND_HOME=$work/home
step=beginning

fail() {
	echo "lab.sh: $step: $*" >&2
	byhand lab ps -a >&2 || true
	exit 1
}

# begin names what is tried next, and says when.
begin() {
	step=$*
	echo "lab.sh: ${SECONDS} s: $step"
}

# is WANT COMMAND... wants the command to print just that.
is() {
	local want=$1 got status=0
	shift
	got=$("$@" 2>&1) || status=$?
	if [ $status != 0 ] || [ "$got" != "$want" ]; then
		fail "'$*' printed '$got' and ended with status $status; want '$want'"
	fi
}

# says PATTERN COMMAND... wants it to print a line like that.
says() {
	local want=$1 got status=0
	shift
	got=$("$@" 2>&1) || status=$?
	if [ $status != 0 ] || ! grep -Eq -- "$want" <<<"$got"; then
		fail "'$*' printed '$got' and ended with status $status; want /$want/"
	fi
}

# ends STATUS PATTERN COMMAND... wants it to end so, and to say why.
ends() {
	local want=$1 why=$2 got status=0
	shift 2
	got=$("$@" 2>&1) || status=$?
	if [ $status != "$want" ] || ! grep -Eq -- "$why" <<<"$got"; then
		fail "'$*' ended with status $status and said '$got'; want $want, /$why/"
	fi
}

# datagram HOST PORT sends a word by UDP and prints what comes back.
datagram() {
	timeout 20 perl -MIO::Socket::INET -e '
		my $s = IO::Socket::INET->new(Proto => "udp", PeerAddr => "$ARGV[0]:$ARGV[1]") or die $!;
		$s->send("datagram") or die $!;
		defined $s->recv(my $text, 1500) or die $!;
		print $text' "$@"
}

# limit NAME CONTROLLER FILE-OF-V1 FILE-OF-V2 prints a limit of a container from
# outside; - is a file that this version has not.
limit() {
	local pid path file=$4
	pid=$(byhand lab inspect -f '{{.State.Pid}}' "$1")
	path=$(grep ^0:: "/proc/$pid/cgroup" | cut -d: -f3)
	if [ $version = 1 ]; then
		path=/$2$(grep -E ":([a-z_]+,)*$2(,[a-z_]+)*:" "/proc/$pid/cgroup" | cut -d: -f3) file=$3
	fi
	if [ "$file" = - ]; then echo -; else cat "/sys/fs/cgroup$path/$file"; fi
}

# limits NAME MEMORY SWAP CPU PIDS wants these limits in the kernel's files.
limits() {
	is "$2" limit "$1" memory memory.limit_in_bytes memory.max
	is "$([ $version = 1 ] && echo - || echo "$3")" limit "$1" memory - memory.swap.max
	is "$([ $version = 1 ] && echo "$4" || echo "$4 100000")" limit "$1" cpu cpu.cfs_quota_us cpu.max
	is "$5" limit "$1" pids pids.max pids.max
}

# registry ADDRESS COMMAND... runs a registry, and goes once round with it: build,
# push, pull, run, commit, push and pull again.
registry() {
	local address=$1 id server
	shift
	"$@" >"$work/registry.log" 2>&1 &
	server=$!
	until (: <>"/dev/tcp/${address/://}") 2>/dev/null; do
		kill -0 $server || fail "$* ended: $(cat "$work/registry.log")"
		sleep 0.2
	done
	id=$(byhand lab build -q -t "$address/app:1" context)
	byhand lab push "$address/app:1" >/dev/null
	byhand lab rmi "$address/app:1" >/dev/null
	byhand lab image prune -f >/dev/null
	is "$id" byhand lab pull -q "$address/app:1"
	is built byhand lab run --rm "$address/app:1"
	byhand lab run --name changed "$address/app:1" sh -c 'echo more >>/said' >/dev/null
	byhand lab commit changed "$address/app:2" >/dev/null
	byhand lab push "$address/app:2" >/dev/null
	byhand lab rm changed >/dev/null
	byhand lab rmi "$address/app:1" "$address/app:2" >/dev/null
	byhand lab image prune -f >/dev/null
	byhand lab pull -q "$address/app:2" >/dev/null
	is "built more" byhand lab run --rm "$address/app:2" sh -c 'echo $(cat /said)'
	byhand lab rmi "$address/app:2" >/dev/null
	kill $server
	wait $server || true
}

# kept is what the engine keeps in its own directory. An image that was deleted
# leaves what all images share, which holds nothing.
kept() {
	find "$BYHAND_HOME/lab" -mindepth 2 2>/dev/null | grep -vE '/lab/(images|network|volumes)/' || true
	find "$BYHAND_HOME/lab/images/layers" -mindepth 1 2>/dev/null || true
}

# compare says what stands that the engine could have left behind, of the
# machine's and in its own directory. udev has helpers for a while, whenever a
# device comes.
compare() {
	byhand doctor --compare "$work/before" --all --except udev-worker && diff <(kept) /dev/null
}

if [ "$(id -u)" = 0 ]; then root=true; else root=false; fi
if [ -d /sys/fs/cgroup/memory ]; then version=1; else version=2; fi
# Only on v2 systemd hands an ordinary user a part of the tree.
if $root || [ $version = 2 ]; then limited=true; else limited=false; fi
# Ubuntu keeps user namespaces from ordinary users.
if [ -e /proc/sys/kernel/apparmor_restrict_unprivileged_userns ]; then
	sudo sysctl -qw kernel.apparmor_restrict_unprivileged_userns=0
fi
# The user's own bus starts when it is first spoken to, and stays.
$root || busctl --user list >/dev/null 2>&1 || true
byhand doctor --snapshot "$work/before"

begin "import"
mkdir -p rootfs/bin rootfs/etc rootfs/tmp
cp /bin/busybox rootfs/bin/
for name in sh cat echo sleep true ls id hostname nc touch rm wc grep ps mknod head kill readlink tail stat; do
	ln -s busybox rootfs/bin/$name
done
echo 'root:x:0:0:root:/:/bin/sh' >rootfs/etc/passwd
# Where the container is given the machine's /usr, its programs find their libraries.
ln -s usr/lib rootfs/lib
ln -s usr/lib64 rootfs/lib64
cat >rootfs/udp <<'PERL'
use IO::Socket::INET;
my $s = IO::Socket::INET->new(Proto => "udp", LocalPort => 5300) or die $!;
while (defined $s->recv(my $text, 1500)) { $s->send(uc $text) }
PERL
tar cf root.tar --owner 0 --group 0 -C rootfs .
says '^sha256:[0-9a-f]{64}$' byhand lab import root.tar box:1
says '^box +1 ' byhand lab images

begin "run"
is "1 box 0" byhand lab run --rm --hostname box box:1 sh -c 'echo $$ $(hostname) $(id -u)'
ends 7 '' byhand lab run --rm -u 7:8 box:1 sh -c 'test "$(id -u) $(id -g)" = "7 8" && exit 7'
ends 127 'executable file not found' byhand lab run --rm box:1 nosuch

if $limited; then
	begin "limits"
	weight=()
	if $root && [ $version = 2 ]; then weight=(--blkio-weight 200); fi
	byhand lab run -d --name limited --memory 64m --memory-swap 96m --cpus 0.5 --pids-limit 30 "${weight[@]}" box:1 sleep 600 >/dev/null
	limits limited 67108864 33554432 50000 30
	byhand lab update --memory 32m --memory-swap 48m --cpus 1 --pids-limit 20 limited >/dev/null
	limits limited 33554432 16777216 100000 20
	says '^limited .* 32MiB' byhand lab stats --no-stream --format '{{.Name}} {{.MemUsage}}' limited
	# Who joins counts with the others.
	byhand lab exec -d limited sleep 600
	is 2 limit limited pids pids.current pids.current
	byhand lab pause limited >/dev/null
	says Paused byhand lab ps
	ends 1 'is paused' byhand lab exec limited true
	byhand lab unpause limited >/dev/null
	is alive byhand lab exec limited echo alive
	byhand lab rm -f limited >/dev/null
	ends 137 '' byhand lab run --rm --memory 16m --memory-swap 16m box:1 tail /dev/zero
else
	begin "limits, which are refused"
	ends 125 'memory: .*without root .sudo. that takes cgroup v2' byhand lab run --rm --memory 64m box:1 true
	ends 125 '^byhand: --pids-limit: ' byhand lab run --rm --pids-limit 20 box:1 true
fi

begin "devices"
disk=$(mountpoint -d /)
node="mknod /tmp/disk b ${disk/:/ } && head -c 1 /tmp/disk | wc -c"
ends "$($root && echo 0 || echo 1)" 'not permitted' byhand lab run --rm box:1 sh -c "$node"
if $root; then
	is 1 byhand lab run --rm --device-cgroup-rule "b $disk r" box:1 sh -c "$node"
else
	ends 125 'device-cgroup-rule needs root .sudo.: ' byhand lab run --rm --device-cgroup-rule "b $disk r" box:1 true
	ends 125 'network bridge needs root .sudo.: ' byhand lab run --rm --network bridge box:1 true
	ends 125 '^byhand: --blkio-weight: ' byhand lab run --rm --blkio-weight 200 box:1 true
	ends 125 ':80 failed: .*permission denied' byhand lab run --rm -p 80:80 box:1 true
fi

begin "ps, exec, top, logs, events"
byhand lab run -d --name web -v data:/data -p 8080:80 -p 127.0.0.1:8081:81 -p 5353:5300/udp -v /usr:/usr:ro box:1 sh -c '
	echo out; echo kept >/data/file
	nc -ll -p 80 -e echo tcp & nc -ll -p 81 -e echo local & /usr/bin/perl /udp & sleep 600' >/dev/null
says 'box:1 .* Up .* web$' byhand lab ps
is "in kept" byhand lab exec -e A=in web sh -c 'echo $A $(cat /data/file)'
ends 3 '' byhand lab exec web sh -c 'exit 3'
says 'sleep 600' byhand lab top web
is out byhand lab logs web
says 'container start ' byhand lab events --since 10m --until 0s

begin "ports and names"
is tcp busybox nc 127.0.0.1 8080
is local busybox nc 127.0.0.1 8081
is DATAGRAM datagram 127.0.0.1 5353
if $root; then
	address=$(byhand lab inspect -f '{{.NetworkSettings.IPAddress}}' web)
	gateway=$(byhand lab inspect -f '{{.NetworkSettings.Gateway}}' web)
	is tcp busybox nc "$gateway" 8080
	is DATAGRAM datagram "$gateway" 5353
	is tcp byhand lab run --rm box:1 nc web 80
	is tcp byhand lab run --rm --network host box:1 nc "$address" 80
else
	is tcp byhand lab run --rm --network host box:1 nc 127.0.0.1 8080
fi
is lo byhand lab run --rm --network none box:1 ls /sys/class/net

begin "cp, diff, commit"
echo text >text
byhand lab cp -q text web:/tmp/text
is "text 0" byhand lab exec web sh -c 'echo $(cat /tmp/text) $(stat -c %u /tmp/text)'
byhand lab cp -q web:/data/file back
is kept cat back
byhand lab exec web rm /etc/passwd
is "A /data C /etc D /etc/passwd C /tmp A /tmp/text A /usr" sh -c 'echo $(byhand lab diff web)'
byhand lab commit web box:2 >/dev/null
is text byhand lab run --rm box:2 cat /tmp/text

mkdir context
echo built >context/said
cat >context/Dockerfile <<'END'
FROM box:1
COPY said /from
RUN cat /from >/said
CMD ["cat", "/said"]
END
begin "our own registry"
registry 127.0.0.1:5001 byhand lab registry serve --address 127.0.0.1:5001 --dir "$work/registry"
begin "Docker's registry"
cat >registry.yml <<END
version: 0.1
storage: {filesystem: {rootdirectory: "$work/docker"}}
http: {addr: "127.0.0.1:5002"}
END
registry 127.0.0.1:5002 docker-registry serve registry.yml

begin "the end"
byhand lab kill web >/dev/null
says 'Exited \(137\).* web$' byhand lab ps -a
byhand lab start web >/dev/null
byhand lab stop -t 1 web >/dev/null
ends 1 'is not running' byhand lab exec web true
byhand lab run -dit --name terminal box:1 sh >/dev/null
is /dev/pts/0 byhand lab exec terminal readlink /proc/1/fd/0
byhand lab rm -f web terminal >/dev/null
is data byhand lab volume ls --format '{{.Name}}'
byhand lab volume rm data >/dev/null
byhand lab rmi -f box:1 box:2 >/dev/null
byhand clean >/dev/null
# systemd takes its scopes down a moment after their last process has ended.
for _ in {1..5}; do
	if compare >/dev/null 2>&1; then
		begin "done"
		exit 0
	fi
done
compare >&2 || fail "this stands, or went with it"
