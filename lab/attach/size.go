package attach

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// followSize tells the container each time the person's terminal changes.
func (s *Session) followSize() (stop func()) {
	changed, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(changed, unix.SIGWINCH)
	go func() {
		for {
			select {
			case <-changed:
				s.size()
			case <-done:
				return
			}
		}
	}()
	return func() { signal.Stop(changed); close(done) }
}
