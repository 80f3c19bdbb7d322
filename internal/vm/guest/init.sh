#!/bin/busybox sh
# shellcheck shell=dash
# The first process: loads the drivers of the disk and hands over to systemd.
busybox=/bin/busybox
$busybox mount -t devtmpfs devtmpfs /dev
while read -r module; do $busybox insmod "/modules/$module"; done </modules/order
tries=0
while [ ! -b /dev/vda ] && [ $tries -lt 200 ]; do
	$busybox sleep 0.05
	tries=$((tries + 1))
done
$busybox mount -t ext4 -o noatime /dev/vda /root
$busybox mount --move /dev /root/dev
exec $busybox switch_root /root /sbin/init
