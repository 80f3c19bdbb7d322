package guide

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"byhand/lab/bench"
)

// channel is how the shell's words reach byhand: two named pipes, by which a
// word is asked and its answer is told.
type channel struct{ ask, tell *os.File }

func openChannel(b *bench.Bench) (*channel, error) {
	dir := b.Path(directory)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	var c channel
	for name, file := range map[string]**os.File{askName: &c.ask, tellName: &c.tell} {
		path := b.Path(directory, name)
		if err := unix.Mkfifo(path, 0o600); err != nil {
			return nil, fmt.Errorf("mkfifo %s: %w", path, err)
		}
		// Open for both, a pipe ends with no shell's closing of it, and a shell
		// waits for nobody to open it.
		f, err := os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK, 0)
		if err != nil {
			return nil, err
		}
		*file = f
	}
	return &c, nil
}

// serve answers what is asked until ctx ends.
func (c *channel) serve(ctx context.Context, answer func(context.Context, string) string) {
	defer context.AfterFunc(ctx, func() { _ = c.ask.SetReadDeadline(time.Now()) })()
	for in := bufio.NewScanner(c.ask); in.Scan(); {
		text := answer(ctx, in.Text())
		c.drain()
		var b strings.Builder
		if text = strings.TrimRight(text, "\n"); text != "" {
			for _, line := range strings.Split(text, "\n") {
				b.WriteString("|" + line + "\n")
			}
		}
		_ = c.tell.SetWriteDeadline(time.Now().Add(time.Second))
		if _, err := c.tell.WriteString(b.String() + ".\n"); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
	}
}

// drain takes away the rest of an answer that was not read, as by a Ctrl-C.
func (c *channel) drain() {
	buf := make([]byte, 1<<16)
	_ = c.tell.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, _ = c.tell.Read(buf)
}

func (c *channel) close() {
	_ = c.ask.Close()
	_ = c.tell.Close()
}
