package snapshot

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// terminal lists the modes of the controlling terminal (termios(3)).
func terminal(Options) ([]Item, error) {
	fd, err := unix.Open("/dev/tty", unix.O_RDONLY|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if errors.Is(err, unix.ENXIO) || errors.Is(err, unix.ENOENT) {
		return nil, nil // there is none
	}
	if err != nil {
		return nil, fmt.Errorf("open /dev/tty: %w", err)
	}
	defer func() { _ = unix.Close(fd) }()
	modes, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return nil, fmt.Errorf("read the terminal's modes: %w", err)
	}
	number, err := unix.IoctlGetUint32(fd, unix.TIOCGDEV)
	if err != nil {
		return nil, fmt.Errorf("ask for the terminal's number: %w", err)
	}
	// Another one than before has come or gone with whoever sits there.
	return []Item{{
		Key:     fmt.Sprintf("terminal %d:%d", unix.Major(uint64(number)), unix.Minor(uint64(number))),
		Value:   fmt.Sprintf("in %x, out %x, control %x, local %x, line %d, characters %x", modes.Iflag, modes.Oflag, modes.Cflag, modes.Lflag, modes.Line, modes.Cc),
		Passing: true,
	}}, nil
}
