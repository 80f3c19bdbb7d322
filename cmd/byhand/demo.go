package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"byhand/internal/cast"
	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/internal/runner"
	"byhand/internal/ui"
	"byhand/internal/world"
	"byhand/lab/bench"
	"byhand/lessons"
)

// demo projects the i-th lesson for a class. It asks for no lock and touches no
// progress. Where this machine can't run the lesson, its recording is played.
func (a *app) demo(ctx context.Context, i int, f flags) error {
	l := a.course[i]
	terminal := ui.Look(os.Stdin, os.Stdout, nil)
	if f.pace < 0 || f.pace == 0 && !terminal.Interactive {
		return &exit{code: exitUsage, err: errors.New("--demo: no terminal to press keys on"), hints: []string{"byhand " + l.Name + " --demo --pace 10"}}
	}
	o := ui.DemoOptions{Options: ui.Options{Language: a.texts}, Pace: time.Duration(f.pace * float64(time.Second))}
	if f.cast != "" {
		file, err := os.Create(f.cast)
		if err != nil {
			return fmt.Errorf("--cast: %w", err)
		}
		defer file.Close()
		width, height := ui.PageSize(terminal, os.Getenv)
		o.Cast = cast.NewWriter(file, cast.Header{Width: width, Height: height, Title: l.Name,
			Env: map[string]string{"TERM": "xterm-256color", "KERNEL": world.Release()}}, time.Now)
	}
	for _, need := range l.Needs {
		if found := doctor.Examine(ctx, need); !found.OK {
			screen := ui.NewProjector(o)
			defer screen.Leave()
			lack := &exit{code: exitUnable, err: fmt.Errorf("lesson %s: %s: %s", l.Name, found.What, found.Got), hints: []string{found.Mend}}
			return replay(ctx, screen, l, lack)
		}
	}
	b, done, err := a.bench(f.rootfs)
	if err != nil {
		return err
	}
	defer done()
	o.World = func(ctx context.Context) (world.Picture, error) { return world.Look(ctx, b) }
	screen := ui.NewProjector(o)
	defer screen.Leave()
	_, err = runner.Run(ctx, screen, b, l, runner.Options{Number: i + 1, Total: len(a.course), Source: f.source, Code: code(), Keep: f.keep, Present: true})
	switch {
	case err == nil:
		return screen.Err()
	case errors.Is(err, ui.ErrQuit) && !errors.Is(err, bench.ErrHeld):
		return nil
	case ctx.Err() != nil:
		return err
	}
	return replay(ctx, screen, l, err)
}

// replay plays a lesson's recording from where the lesson stopped, and returns
// why it did, for who reads the terminal afterwards.
func replay(ctx context.Context, screen *ui.Projector, l lesson.Lesson, why error) error {
	rec, err := lessons.Recording(l.Name)
	if err != nil {
		return errors.Join(why, err)
	}
	err = screen.Play(ctx, rec, why)
	if err != nil && !errors.Is(err, ui.ErrQuit) {
		return err
	}
	return why
}
