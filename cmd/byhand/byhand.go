package main

import (
	"errors"
	"os"

	"byhand/internal/guide"
	"byhand/internal/ui"
)

// hands are the person's own, or nil where byhand makes the steps.
func (a *app) hands(f flags) (*guide.Guide, error) {
	if !f.byHand {
		return nil, nil
	}
	if f.yes || f.json || f.print {
		return nil, &exit{code: exitUsage, err: errors.New("--by-hand: it is you who types, so it goes with neither --yes nor --json nor --print")}
	}
	if !ui.IsTerminal(os.Stdin, os.Stdout) {
		return nil, &exit{code: exitUsage, err: errors.New("--by-hand: it needs a terminal to type at"), hints: []string{"byhand check LESSON, for what was made elsewhere"}}
	}
	return &guide.Guide{Display: ui.NewGuided(os.Stdin, os.Stdout, a.texts), NoSkip: noSkip(), Getenv: os.Getenv}, nil
}
