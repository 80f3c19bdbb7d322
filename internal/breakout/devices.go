package breakout

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// node makes a device node, opens it and removes it.
func node(mode uint32, major, minor uint32) (string, error) {
	const path = "/tmp/node"
	if err := unix.Mknod(path, mode|0o600, int(unix.Mkdev(major, minor))); err != nil {
		return "mknod", err
	}
	defer os.Remove(path)
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err == nil {
		_ = unix.Close(fd)
	}
	return "open of the node", err
}

func kernelLog(Outside) (string, error) { return node(unix.S_IFCHR, 1, 11) }

func memory(Outside) (string, error) { return node(unix.S_IFCHR, 1, 1) }

// disk are the block devices that /proc/partitions lists.
func disk(Outside) (call string, err error) {
	text, err := os.ReadFile("/proc/partitions")
	if err != nil {
		return "open /proc/partitions", err
	}
	call, err = "read /proc/partitions", closed("empty")
	for line := range strings.Lines(string(text)) {
		var major, minor uint32
		if n, _ := fmt.Sscan(line, &major, &minor); n < 2 {
			continue
		}
		if call, err = node(unix.S_IFBLK, major, minor); err == nil {
			return call, nil
		}
	}
	return call, err
}

// typing pushes a character into the input of the terminal that the prober was
// started from; the null byte is no command.
func typing(Outside) (string, error) {
	var none byte
	return "ioctl TIOCSTI", ioctl(0, unix.TIOCSTI, &none)
}
