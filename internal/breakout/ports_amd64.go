package breakout

import "golang.org/x/sys/unix"

// ports asks for the right to one port of the machine's.
func ports(Outside) (string, error) { return "ioperm", syscall(unix.SYS_IOPERM, 0x80, 1, 1) }
