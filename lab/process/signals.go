package process

import (
	"os"

	"golang.org/x/sys/unix"
)

// Forwarded are the signals that who runs a program in another process passes on
// to it, as if the program had been started here.
func Forwarded() []os.Signal {
	return []os.Signal{unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2}
}
