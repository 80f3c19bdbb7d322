package sys

import "golang.org/x/sys/unix"

// PidfdKill is pidfd_send_signal(2) with SIGKILL.
func (t *Tracer) PidfdKill(pidfd int) error {
	err := unix.PidfdSendSignal(pidfd, unix.SIGKILL, nil, 0)
	return t.done("pidfd_send_signal", 0, err, decimal(pidfd), "SIGKILL", "NULL", "0")
}
