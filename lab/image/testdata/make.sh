#!/bin/bash
# Makes the files of docker-20.10, beside this: archives that a real Docker wrote,
# and what it printed of them. These steps, but for the words in some files, were
# done as root on a machine for nothing else, with Debian 12's docker.io,
# busybox-static, libcap2-bin and attr, and the storage driver overlay2.
#   make.sh PROGRAM DIRECTORY     the program made of hello.c, and where to leave it all
set -euo pipefail
program=$(realpath "$1")
out=$(realpath "$2")
export DOCKER_BUILDKIT=0
options=(--network none --security-opt apparmor=unconfined -v /bin:/mnt:ro)
umask 022
cd "$(mktemp -d)"

# One of every kind of file, and names that no old header holds.
mkdir tree
cd tree
mkdir -p bin etc/gone.d dev tmp srv/empty opt/replaced mnt
cp "$program" bin/hello
ln bin/hello bin/hard
ln -s hello bin/relative
ln -s /bin/hello bin/absolute
ln -s nowhere bin/dangling
cp bin/hello bin/suid
chmod 4755 bin/suid
cp bin/hello bin/capable
setcap cap_net_raw+ep bin/capable
for name in kept gone changed moded gone.d/file; do echo "$name" >etc/$name; done
echo old >opt/replaced/old
echo secret >etc/owned
chown 1000:50 etc/owned
chmod 0640 etc/owned
chmod 1777 tmp
chmod 0711 srv
chmod 0500 srv/empty
chown 70000:70001 srv/empty
mknod -m 0666 dev/null c 1 3
chmod 0666 dev/null
mkfifo srv/fifo
long=$(printf 'n%.0s' {1..200})
mkdir -p "srv/$long.d/$long.e"
echo deep >"srv/$long.d/$long.e/file"
echo long >"srv/$long"
echo utf8 >'srv/naïve ☃'
touch -d '2001-02-03 04:05:06.789012345 UTC' etc/kept
touch -h -d '1999-12-31 23:59:59.5 UTC' bin/dangling
find . -type d -exec touch -d '2020-01-02 03:04:05 UTC' {} +
cd ..
tar --format=pax --pax-option=delete=atime,delete=ctime --xattrs --xattrs-include='*' --numeric-owner -cf base.tar -C tree .
docker import --change 'CMD ["/bin/hello"]' --change 'ENV A=B' base.tar odd:1

# A layer that takes away, replaces and changes.
docker run "${options[@]}" --name taker odd:1 /mnt/busybox sh -euc '
	export PATH=/mnt
	busybox rm -r /etc/gone /etc/gone.d /bin/hard /opt/replaced /srv/fifo
	busybox mkdir /opt/replaced /srv/fifo /var
	echo new >/opt/replaced/new
	echo inside >/srv/fifo/file
	echo log >/var/log
	echo again >/etc/changed
	busybox chmod 0600 /etc/moded
	busybox ln /etc/kept /etc/kept-too'
docker commit -m removal -a somebody taker odd:2
docker tag odd:2 odd:two

# Layers of a Dockerfile, one of them empty, and all that it can say.
mkdir context
echo copied >context/file
cat >context/Dockerfile <<'D'
FROM odd:2
LABEL org.example.a="b c"
COPY --chown=7:8 file /srv/app/file
COPY file /opt/file
USER 7:8
WORKDIR /srv/app
EXPOSE 80/tcp 53/udp
VOLUME /data
STOPSIGNAL SIGINT
ENTRYPOINT ["/bin/hello"]
CMD ["a", "b"]
D
docker build -q -t example.org/team/built:3 context
docker run --rm "${options[@]}" example.org/team/built:3

# listing DIRECTORY prints its files: name, kind, mode, owners, time, links, target,
# device, SHA-256 and attributes.
listing() {
	local name kind rest device sum attributes
	(
		cd "$1"
		find . -mindepth 1 -xdev -printf '%P\t%y\t%m\t%U:%G\t%T@\t%n\t%l\n' | LC_ALL=C sort | while IFS= read -r line; do
			name=${line%%$'\t'*} rest=${line#*$'\t'}
			kind=${rest%%$'\t'*} device=- sum=-
			case $kind in
				d) rest=$(awk -F '\t' -v OFS='\t' '{ $5 = "-"; print }' <<<"$rest") ;;
				c) device=$(stat -c %t:%T "$name") ;;
				f) sum=$(sha256sum <"$name" | cut -d ' ' -f 1) ;;
			esac
			attributes=$(getfattr -h -d -m '^security.capability$' -e hex "$name" 2>/dev/null | sed -n 's/^security/&/p')
			printf '%s\t%s\t%s\t%s\t%s\n' "$name" "$rest" "$device" "$sum" "$attributes"
		done
	)
}
mkdir root
for image in odd:1 odd:2 example.org/team/built:3; do
	upper=$(docker image inspect -f '{{.GraphDriver.Data.UpperDir}}' $image)
	lower=$(docker image inspect -f '{{with .GraphDriver.Data.LowerDir}}:{{.}}{{end}}' $image)
	mkdir -p none
	mount -t overlay -o "ro,lowerdir=$upper$lower:$PWD/none" overlay root
	name=${image##*/}
	listing root >"$out/${name/:/-}.txt"
	umount root
done
docker images --no-trunc >"$out/images.txt"
docker image inspect odd:1 odd:2 example.org/team/built:3 >"$out/inspect.json"
docker save odd:1 odd:2 odd:two example.org/team/built:3 | gzip -9n >"$out/saved.tar.gz"

docker run -d "${options[@]}" --name exported odd:2 /mnt/busybox sleep 1000
docker exec exported /mnt/busybox sh -c 'echo inside >/etc/inside; /mnt/busybox rm /etc/owned'
docker export exported | gzip -9n >"$out/exported.tar.gz"
listing "$(docker inspect -f '{{.GraphDriver.Data.MergedDir}}' exported)" >"$out/exported.txt"
docker rm -f exported taker
