package lessontest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"

	"byhand/lab/bench"
)

// Does is what a step does, and a saboteur of it.
type Does = func(context.Context, *bench.Bench) error

// Script is what bash does by these commands, with LAB as the bench's
// directory. What it leaves running is the bench's to end.
func Script(text string) Does {
	return func(ctx context.Context, b *bench.Bench) error {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		c := exec.CommandContext(ctx, "bash", "-eu", "-c", text)
		c.Env = append(os.Environ(), "LAB="+b.Dir, b.Env())
		// Once it is cut off, what it started may still hold its output.
		c.WaitDelay = time.Second
		if out, err := c.CombinedOutput(); err != nil {
			return errors.Join(err, errors.New(string(out)))
		}
		return nil
	}
}

// Changed is a Script in which texts are others: pairs of an old one, which must
// be there, and what stands in its place everywhere.
func Changed(text string, pairs ...string) Does {
	return func(ctx context.Context, b *bench.Bench) error {
		text := text
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(text, pairs[i]) {
				return errors.New("the script has no " + pairs[i])
			}
			text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
		}
		return Script(text)(ctx, b)
	}
}

// After does one thing after the other, and stops where one fails.
func After(all ...Does) Does {
	return func(ctx context.Context, b *bench.Bench) error {
		for _, do := range all {
			if err := do(ctx, b); err != nil {
				return err
			}
		}
		return nil
	}
}
