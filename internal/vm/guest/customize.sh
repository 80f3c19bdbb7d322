#!/bin/bash
# Makes the tree $1, which mmdebstrap has filled, into the machine under test,
# and puts its kernel beside the tree. mmdebstrap runs it as a hook.
set -euo pipefail
root=$1
here=$(dirname "$(readlink -f "$0")")

kernel() {
	local meta work names
	# Debian's and Ubuntu's kernel for virtual machines.
	for meta in linux-image-cloud-amd64 linux-image-virtual; do
		if apt-cache show "$meta" >/dev/null 2>&1; then break; fi
	done
	# Unpacked, not installed: nothing in the machine may want to rebuild an initrd.
	mapfile -t names < <(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts \
		--no-breaks --no-replaces --no-enhances "$meta" | grep -E '^linux-(image|modules)-[0-9]' | sort -u)
	work=$(mktemp -d "$here/kernel.XXXXXX")
	(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "${names[@]}" && for deb in *.deb; do dpkg -x "$deb" tree; done)
	cp "$work"/tree/boot/vmlinuz-* "$here/vmlinuz"
	mkdir -p "$root/usr/lib/modules"
	if [ -d "$work/tree/lib/modules" ]; then cp -a "$work"/tree/lib/modules/* "$root/usr/lib/modules/"; fi
	if [ -d "$work/tree/usr/lib/modules" ]; then cp -a "$work"/tree/usr/lib/modules/* "$root/usr/lib/modules/"; fi
	rm -r "$work"
	chroot "$root" depmod "$(ls "$root/usr/lib/modules")"
}

names() {
	echo byhand-vm >"$root/etc/hostname"
	printf '127.0.0.1 localhost byhand-vm\n::1 localhost\n' >"$root/etc/hosts"
	echo '/dev/vda / ext4 noatime 0 1' >"$root/etc/fstab"
	# A machine without an id takes every boot for its first.
	echo byhand-vm | md5sum | cut -c 1-32 >"$root/etc/machine-id"
}

learner() {
	chroot "$root" useradd --create-home --shell /bin/bash --uid 1000 vagrant
	echo 'vagrant ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/vagrant"
	chmod 0440 "$root/etc/sudoers.d/vagrant"
}

quiet() {
	local unit
	# The clock leaps when a stored machine goes on, and would set them all off.
	for unit in "$root"/usr/lib/systemd/system/*.timer; do
		ln -sf /dev/null "$root/etc/systemd/system/$(basename "$unit")"
	done
	ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
}

agent() {
	install -m 0755 "$here/agent.sh" "$root/usr/local/sbin/byhand-vm-agent"
	install -m 0644 "$here/byhand-vm.service" "$root/etc/systemd/system/"
	mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
	ln -sf ../byhand-vm.service "$root/etc/systemd/system/multi-user.target.wants/"
}

export APT_CONFIG=$MMDEBSTRAP_APT_CONFIG
kernel
names
learner
quiet
agent
