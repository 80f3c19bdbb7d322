#!/bin/bash
# Makes a Debian or Ubuntu machine ready for the course: the Go toolchain of
# go.mod, byhand built from source and installed with its completion, and the
# programs that the lessons show beside it. Run as root; may be run again.
set -euo pipefail

src=${BYHAND_SRC:-/vagrant}
proxy=${GOPROXY:-https://proxy.golang.org}
proxy=${proxy%%[,|]*} # of a list, the first

# SHA-256 of Go's toolchain as a module, by version and architecture.
checksum() {
	case $1 in
	1.26.0-amd64) echo 38461905b98c59173672814302e222ab43b652274bc0c95817b08b71ab66b705 ;;
	1.26.0-arm64) echo 4c3f961bc257ff52e7a425166f9f75015f645dff071d01a81823455ffe646609 ;;
	*) echo "provision: no checksum of Go $1 is known here" >&2 && return 1 ;;
	esac
}

install_packages() {
	local wanted=(ca-certificates curl unzip bash-completion sudo strace debootstrap cgroup-tools htop procps iproute2 nftables)
	local missing=() package
	for package in "${wanted[@]}"; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

install_go() {
	local version=$1 arch=$2 name sum work
	if [ -x /usr/local/go/bin/go ] && [ "$(/usr/local/go/bin/go env GOVERSION)" = "go$version" ]; then return; fi
	name=golang.org/toolchain@v0.0.1-go$version.linux-$arch
	sum=$(checksum "$version-$arch")
	work=$(mktemp -d)
	curl -fsSL --retry 3 -o "$work/go.zip" "$proxy/golang.org/toolchain/@v/v0.0.1-go$version.linux-$arch.zip"
	echo "$sum  $work/go.zip" | sha256sum --check --quiet
	unzip -q "$work/go.zip" -d "$work"
	# A module holds neither modes nor other modules, so these two things are
	# left to whoever unpacks it.
	chmod 0755 "$work/$name"/bin/* "$work/$name"/pkg/tool/*/*
	find "$work/$name/src" -name _go.mod -execdir mv {} go.mod ';'
	rm -rf /usr/local/go
	mv "$work/$name" /usr/local/go
	rm -rf "$work"
}

install_byhand() {
	local cache=/var/cache/byhand-build
	mkdir -p "$cache"
	(cd "$src" && GOTOOLCHAIN=local GOFLAGS=-buildvcs=false CGO_ENABLED=0 GOCACHE=$cache/go GOMODCACHE=$cache/mod \
		/usr/local/go/bin/go build -trimpath -ldflags '-s -w' -o /usr/local/bin/byhand.new ./cmd/byhand)
	# Renamed, not written over: the old one may be running.
	mv /usr/local/bin/byhand.new /usr/local/bin/byhand
	mkdir -p /usr/share/bash-completion/completions
	/usr/local/bin/byhand completion bash >/usr/share/bash-completion/completions/byhand
	ln -sf /usr/local/go/bin/go /usr/local/bin/go
}

greet() {
	mkdir -p /etc/update-motd.d
	cat >/etc/update-motd.d/99-byhand <<'MOTD'
#!/bin/sh
printf '\nContainers by hand. Type this, now and after each lesson:\n\n    sudo byhand next\n\n'
MOTD
	chmod 0755 /etc/update-motd.d/99-byhand
}

[ "$(id -u)" = 0 ] || { echo "provision: run it as root" >&2 && exit 1; }
install_packages
install_go "$(sed -n 's/^go //p' "$src/go.mod")" "$(dpkg --print-architecture)"
install_byhand
greet
byhand version
