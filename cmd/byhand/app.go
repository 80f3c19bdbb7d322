package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"byhand/internal/lesson"
	"byhand/internal/places"
	"byhand/internal/progress"
	"byhand/lessons"
)

// app is what the verbs share: where things lie and whose they are, and the course.
type app struct {
	places places.Places
	user   places.User
	store  progress.Store
	course []lesson.Lesson
}

func open(ctx context.Context) (*app, error) {
	found, user, err := places.Find(os.Getenv, os.Geteuid(), os.Getegid(), places.Passwd(ctx, "/etc/passwd"))
	if err != nil {
		return nil, err
	}
	return &app{places: found, user: user, store: progress.Store{Dir: found.State, Owner: user}, course: lessons.Syllabus()}, nil
}

// load reads the progress; what had to be set aside is said on standard error.
func (a *app) load() (*progress.State, error) {
	state, notice, err := a.store.Load()
	if notice != "" {
		fmt.Fprintln(os.Stderr, "byhand: "+notice)
	}
	return state, err
}

// update changes the progress.
func (a *app) update(change func(*progress.State) error) error {
	notice, err := a.store.Update(change)
	if notice != "" {
		fmt.Fprintln(os.Stderr, "byhand: "+notice)
	}
	return err
}

// index finds a lesson in the course.
func (a *app) index(name string) (int, error) {
	for i, l := range a.course {
		if l.Name == name {
			return i, nil
		}
	}
	hints := []string{"byhand list"}
	if near := a.nearest(name); near != "" {
		hints = append([]string{"byhand " + near}, hints...)
	}
	return 0, &exit{code: exitUsage, err: fmt.Errorf("no lesson is called %q", name), hints: hints}
}

// nearest is the lesson whose name was probably meant, or empty. cobra, which
// judges so about commands, is asked, since lessons are commands.
func (a *app) nearest(name string) string {
	names := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, l := range a.course {
		names.AddCommand(&cobra.Command{Use: l.Name, Run: func(*cobra.Command, []string) {}})
	}
	if near := names.SuggestionsFor(name); len(near) > 0 {
		return near[0]
	}
	return ""
}

// open reports whether a lesson may be run: the one before it is done.
func (a *app) open(state *progress.State, i int) bool {
	return i == 0 || state.Done(a.course[i-1].Name) || state.Done(a.course[i].Name)
}

// locked is the error for a lesson that is not open.
func (a *app) locked(i int) error {
	name, before := a.course[i].Name, a.course[i-1].Name
	return &exit{code: exitLocked, err: fmt.Errorf("lesson %s is locked: %s opens it", name, before),
		hints: []string{"byhand " + before, "byhand unlock " + name}}
}
