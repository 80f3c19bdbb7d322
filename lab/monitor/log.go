package monitor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// Line is a line of the log, in the form of Docker's json-file driver.
type Line struct {
	// Log is the text with its newline, if it had one.
	Log string `json:"log"`
	// Stream is "stdout" or "stderr".
	Stream string `json:"stream"`
	// Time is when it was printed.
	Time time.Time `json:"time"`
}

// A log is kept in a few files of limited size, so that a container that talks
// does not fill the disk: log.json, log.json.1 and so on, the oldest last.
const (
	logSize  = 10 << 20
	logFiles = 3
	longLine = 16 << 10 // a longer line is split, as Docker does
)

// journal writes a container's log. A nil one writes nothing.
type journal struct {
	path string
	size int64 // at which the file is put aside

	mu      sync.Mutex
	file    *os.File
	written int64
	partial map[string][]byte // lines that have not ended yet, by stream
	err     error             // the first failure: the container goes on without a log
}

func openJournal(path string) (*journal, error) {
	j := &journal{path: path, size: logSize, partial: map[string][]byte{}}
	return j, j.open()
}

func (j *journal) open() (err error) {
	j.file, err = os.OpenFile(j.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	info, err := j.file.Stat()
	if err == nil {
		j.written = info.Size()
	}
	return err
}

// write takes what the container printed; a line is written when it is whole.
func (j *journal) write(stream string, text []byte) {
	j.mu.Lock()
	defer j.mu.Unlock()
	rest := append(j.partial[stream], text...)
	for {
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 || end > longLine {
			if end = longLine; len(rest) < longLine {
				break
			}
		}
		j.line(stream, rest[:end])
		rest = rest[end:]
	}
	j.partial[stream] = bytes.Clone(rest)
}

func (j *journal) line(stream string, text []byte) {
	if j.err != nil {
		return
	}
	line, err := json.Marshal(Line{Log: string(text), Stream: stream, Time: time.Now().UTC()})
	if err == nil && j.written+int64(len(line)) > j.size {
		err = j.rotate()
	}
	if err == nil {
		var n int
		n, err = j.file.Write(append(line, '\n'))
		j.written += int64(n)
	}
	j.err = err
}

// rotate puts the file aside and begins another.
func (j *journal) rotate() error {
	for i := logFiles - 1; i > 0; i-- {
		err := os.Rename(logFile(j.path, i-1), logFile(j.path, i))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := j.file.Close(); err != nil {
		return err
	}
	return j.open()
}

// logFile is the name of the i-th file, of which the 0th is the newest.
func logFile(path string, i int) string {
	if i == 0 {
		return path
	}
	return fmt.Sprintf("%s.%d", path, i)
}

// flush writes the lines that never ended.
func (j *journal) flush() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, stream := range []string{"stdout", "stderr"} {
		if rest := j.partial[stream]; len(rest) > 0 {
			j.line(stream, rest)
		}
		delete(j.partial, stream)
	}
}

func (j *journal) close() error {
	j.flush()
	return errors.Join(j.err, j.file.Close())
}
