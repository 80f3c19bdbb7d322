package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestWatch has a person mount one file system after the other while watch
// looks on from another process, and wants a line for each change and an end
// once all is there.
func TestWatch(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("the sandbox is root's")
	}
	home, lab := unlocked(t), withRoot(t)
	out, err := person(t, home, lab, `
		standing $six chroot "$LAB/rootfs" /bin/sh
		(exec -a byhand "$BINARY" watch proc-mounts --pid "$pid" --json) & watching=$!
		sleep 2; say 'mount -t proc proc /proc'
		sleep 2; say 'mount -t sysfs -o nosuid,nodev,noexec sysfs /sys'
		sleep 2; say 'mount -t tmpfs tmpfs /tmp'; say 'echo kept in memory >/tmp/secret'
		wait $watching`)
	if err != nil {
		t.Fatalf("watch = %v; want success\n%s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) < 4 {
		t.Fatalf("watch wrote %d lines; want one at the start and one for each of 3 mounts", len(lines))
	}
	for i, line := range lines {
		var said struct{ OK bool }
		if err := json.Unmarshal([]byte(line), &said); err != nil || said.OK != (i == len(lines)-1) {
			t.Errorf("line %d of %d: ok = %v, %v; want only the last to be", i+1, len(lines), said.OK, err)
		}
	}
}
