package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"byhand/internal/lesson"
	"byhand/lab/bench"
)

// tryTime is how long trying out a prediction may take.
const tryTime = 30 * time.Second

// try finds the answer to a prediction on a bench of its own.
func try(ctx context.Context, benches string, q lesson.Question) (settled lesson.Question, err error) {
	b, err := bench.New(benches)
	if err != nil {
		return q, err
	}
	defer func() { err = errors.Join(err, b.Destroy(context.WithoutCancel(ctx))) }()
	return Try(ctx, b, q)
}

// Try finds the answer to a prediction, by the commands that the learner then
// sees and can type as well.
func Try(ctx context.Context, b *bench.Bench, q lesson.Question) (lesson.Question, error) {
	if q.Try.Prepare != nil {
		if err := q.Try.Prepare(ctx, b); err != nil {
			return q, fmt.Errorf("prepare: %w", err)
		}
	}
	shell := q.Try.Shell(b, q.Drawn)
	output, err := bash(ctx, b, shell)
	if err != nil {
		return q, err
	}
	return q.Settle(lesson.Seen{Shell: shell, Output: output})
}

// bash runs commands in a bench's directory, and returns what they printed.
func bash(ctx context.Context, b *bench.Bench, shell string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	c := exec.CommandContext(ctx, "bash", "-eu", "-c", shell)
	c.Dir = b.Dir
	// What the programs print is read, so that they are to print it in English.
	c.Env = append(os.Environ(), "LAB="+b.Dir, "LC_ALL=C", "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin", b.Env())
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	// A group of its own, out of reach of the terminal's keys: what was begun
	// is ended by us, with all that it started.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	c.WaitDelay = time.Second
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("run the commands: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}
