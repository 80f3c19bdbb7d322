// Package build makes images as a Dockerfile says. Each instruction changes
// the configuration of the image in the making, or adds a layer: COPY and ADD
// one that is written straight as a tar archive, RUN one that is the difference
// a process left in the upper directory of an overlay.
package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"byhand/lab/store"
)

// Options say what to build.
type Options struct {
	// Store is where base images are, and where the image goes.
	Store *store.Store
	// Context is the directory that COPY copies from.
	Context string
	// Dockerfile is the file's content, and Name what errors call it.
	Dockerfile []byte
	Name       string
	// Tags are the image's names; without any it has none.
	Tags []string
	// Args are the values of ARG by name.
	Args map[string]string
	// Target is the stage to stop at, or empty for the last.
	Target string
	// NoCache makes every layer anew.
	NoCache bool
	// Out is told of each step, and gets what RUN prints.
	Out io.Writer
	// Executor runs RUN.
	Executor Executor
	// Pull brings a base image that the store has not; it may be nil.
	Pull func(ctx context.Context, ref string) (*store.Image, error)
	// Now is the time that the image gets.
	Now time.Time
}

// builder is the state of one Build.
type builder struct {
	Options
	file    *parser.Result
	lex     *shell.Lex
	stages  []instructions.Stage
	global  []string // ARG before the first FROM, as NAME=value
	done    map[int]*stage
	context *os.Root
	ignore  func(string) (bool, error)
}

// Build builds the image and returns it.
func Build(ctx context.Context, o Options) (*store.Image, error) {
	inUse, err := o.Store.Use(ctx)
	if err != nil {
		return nil, err
	}
	defer inUse()
	b := &builder{Options: o, done: map[int]*stage{}}
	if err := b.parse(); err != nil {
		return nil, err
	}
	if err := b.openContext(); err != nil {
		return nil, err
	}
	defer b.context.Close()
	target, err := b.target()
	if err != nil {
		return nil, err
	}
	s, err := b.stage(ctx, target)
	if err != nil {
		return nil, err
	}
	tags := b.Tags
	if len(tags) == 0 {
		tags = []string{""}
	}
	var img *store.Image
	for _, tag := range tags {
		if img, err = o.Store.Create(ctx, s.config, s.layers, tag); err != nil {
			return nil, fmt.Errorf("build: %w", err)
		}
	}
	return img, nil
}

// parse reads the Dockerfile and the ARGs before its first FROM.
func (b *builder) parse() error {
	file, err := parser.Parse(strings.NewReader(string(b.Dockerfile)))
	if err != nil {
		return b.located(nil, err)
	}
	b.file, b.lex = file, shell.NewLex(file.EscapeToken)
	stages, global, err := instructions.Parse(file.AST, nil)
	if err != nil {
		return b.located(nil, err)
	}
	b.stages = stages
	for i := range global {
		if err := global[i].Expand(b.expander(b.global)); err != nil {
			return b.located(global[i].Location(), err)
		}
		for _, a := range global[i].Args {
			if value, ok := b.argument(a, nil); ok {
				b.global = set(b.global, a.Key, value)
			}
		}
	}
	return nil
}

// target finds the stage to build, by its name or number.
func (b *builder) target() (int, error) {
	if b.Target == "" {
		return len(b.stages) - 1, nil
	}
	if i, ok := instructions.HasStage(b.stages, b.Target); ok {
		return i, nil
	}
	if n, err := strconv.Atoi(b.Target); err == nil && n >= 0 && n < len(b.stages) {
		return n, nil
	}
	return 0, fmt.Errorf("build: %s has no stage called %q", b.Name, b.Target)
}

// located says where in the Dockerfile an error lies, and shows the line.
func (b *builder) located(at []parser.Range, err error) error {
	var known *parser.LocationError
	if len(at) == 0 && errors.As(err, &known) && len(known.Locations) > 0 {
		at = known.Locations[0]
	}
	if len(at) == 0 || at[0].Start.Line == 0 {
		return fmt.Errorf("%s: %w", b.Name, err)
	}
	line := at[0].Start.Line
	text := ""
	if lines := strings.Split(string(b.Dockerfile), "\n"); line > 0 && line <= len(lines) {
		text = strings.TrimSpace(lines[line-1])
	}
	return fmt.Errorf("%s:%d: %s: %w", b.Name, line, text, err)
}

// expander replaces $NAME in a word by values, of which the last counts.
func (b *builder) expander(env []string) instructions.SingleWordExpander {
	return func(word string) (string, error) {
		r, err := b.lex.ProcessWordWithMatches(word, shell.EnvsFromSlice(env))
		return r.Result, err
	}
}

// argument is the value of an ARG: what the caller gave, else what stands
// there, else what the ARG of the same name before the first FROM has.
func (b *builder) argument(a instructions.KeyValuePairOptional, global []string) (string, bool) {
	if value, ok := b.Args[a.Key]; ok {
		return value, true
	}
	if a.Value != nil {
		return *a.Value, true
	}
	for _, e := range global {
		if key, value, _ := strings.Cut(e, "="); key == a.Key {
			return value, true
		}
	}
	return "", false
}

// set replaces NAME=value in a list, or adds it.
func set(env []string, key, value string) []string {
	out := []string{}
	found := false
	for _, e := range env {
		if k, _, _ := strings.Cut(e, "="); k == key {
			e, found = key+"="+value, true
		}
		out = append(out, e)
	}
	if !found {
		out = append(out, key+"="+value)
	}
	return out
}

// say tells of a step.
func (b *builder) say(format string, args ...any) {
	if b.Out != nil {
		fmt.Fprintf(b.Out, format+"\n", args...)
	}
}

// created is the time for an image's configuration.
func (b *builder) created() v1.Time { return v1.Time{Time: b.Now.UTC().Truncate(time.Second)} }
