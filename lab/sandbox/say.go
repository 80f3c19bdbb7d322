package sandbox

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"byhand/lab/bench"
	"byhand/lab/sys"
)

// Say writes a command line to the shell that stands in the bench.
func Say(b *bench.Bench, line string) error { return say(b.Trace, b.Path("in"), line) }

// say writes a line to the named pipe that a shell reads. The shell may have
// ended meanwhile, as by a Ctrl-C that went to all of the terminal's foreground:
// then open(2) would wait for a reader for ever, and with O_NONBLOCK it fails
// with ENXIO (fifo(7)).
func say(t *sys.Tracer, pipe, line string) error {
	fd, err := t.Open(pipe, unix.O_WRONLY|unix.O_NONBLOCK)
	if errors.Is(err, unix.ENXIO) {
		return fmt.Errorf("no shell reads %s any more: %w", pipe, err)
	}
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	return t.Write(fd, line+"\n")
}
