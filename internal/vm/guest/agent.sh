#!/bin/bash
# Carries out one order. The host speaks through virtio ports:
#   byhand.control  to the host "ready CGROUP-FS-TYPE STATE"; from it "EPOCH USER";
#                   to it "status N", or "lost N" where no session came about
#   byhand.stdout, byhand.stderr  what the command writes
# and lays files, one of them run/byhand-vm/command, on /dev/vdb as a tar.
set -u
ports=/dev/virtio-ports
work=/run/byhand-vm

exec 3<>$ports/byhand.control
state=$(systemctl is-system-running --wait)
# Nothing is to be on its way to the disk while the machine is stored.
fsfreeze --freeze /
echo "ready $(stat -fc %T /sys/fs/cgroup) $state" >&3
# The host stores the machine here, and every run begins here.
read -r epoch user <&3
fsfreeze --unfreeze /

date --set="@$epoch" >/dev/null
echo "$epoch" >/dev/urandom # or every run would draw the same numbers
# What the kernel read of the disk at boot, it would take for its content now.
blockdev --flushbufs /dev/vdb
tar -x -C / -f /dev/vdb

home=$(getent passwd "$user" | cut -d: -f6)
: >$work/status
# Named pipes, so that the user may open /dev/stdout again; a port opens once only.
mkfifo -m 0600 $work/stdout $work/stderr
chown "$user" $work/status $work/stdout $work/stderr
# dd, since its write returns when the host has the data; that of splice(2) does not.
dd bs=64k status=none if=$work/stdout of=$ports/byhand.stdout 3>&- &
dd bs=64k status=none if=$work/stderr of=$ports/byhand.stderr 3>&- &

# A login as sshd makes it: PAM, a session of logind, the user's own manager.
systemd-run --quiet --collect --wait --pipe --uid="$user" \
	-p PAMName=login -p WorkingDirectory="$home" \
	-E XDG_SESSION_CLASS=user -E XDG_SESSION_TYPE=tty \
	/bin/bash -lc "bash -l $work/command; echo \$? >$work/status" \
	</dev/null >$work/stdout 2>$work/stderr 3>&-
run=$?

# What the command left running may hold the pipes open for ever.
for _ in {1..20}; do
	[ -n "$(jobs -rp)" ] || break
	sleep 0.1
done
if [ -s $work/status ]; then
	echo "status $(cat $work/status)" >&3
else
	echo "lost $run" >&3
fi
# The host ends the machine.
sleep infinity
