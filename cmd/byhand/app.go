package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"byhand/internal/lesson"
	"byhand/internal/places"
	"byhand/internal/progress"
	"byhand/internal/translate"
	"byhand/internal/ui"
	"byhand/lessons"
)

// app is what the verbs share: where things lie and whose they are, and the course.
type app struct {
	places places.Places
	user   places.User
	store  progress.Store
	course []lesson.Lesson
	// texts are the course's in the language of BYHAND_LANG; nil is English.
	texts *translate.Catalogue
}

func open(ctx context.Context) (*app, error) {
	found, user, err := places.Find(os.Getenv, os.Geteuid(), os.Getegid(), places.Passwd(ctx, "/etc/passwd"))
	if err != nil {
		return nil, err
	}
	a := &app{places: found, user: user, store: progress.Store{Dir: found.State, Owner: user}, course: lessons.Syllabus()}
	return a, a.speak(os.Getenv("BYHAND_LANG"))
}

// speak lets the course be shown in a language. One that there is not is said,
// and no reason not to teach.
func (a *app) speak(language string) error {
	files, err := lessons.Languages()
	if err != nil {
		return err
	}
	if a.texts, err = translate.Choose(files, language); err != nil {
		fmt.Fprintln(os.Stderr, "byhand: BYHAND_LANG: "+err.Error())
	}
	for i, l := range a.course {
		a.course[i].Prose = a.texts.Prose(l.Name, l.Prose)
	}
	return nil
}

// screen is where lessons and questions are shown, in the learner's language.
// Programs get English, whoever runs them.
func (a *app) screen(o ui.Options) ui.Screen {
	o.Language = a.texts
	return ui.New(o)
}

// noSkip reports whether an instructor forbids to skip: no lesson is unlocked,
// none is done without its quiz, and no step of one by hand is passed over.
func noSkip() bool {
	set := os.Getenv("BYHAND_NO_SKIP")
	return set != "" && set != "0"
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
