package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"byhand/lab/store"
)

type ioWriter = io.Writer

// Executor runs the command of a RUN.
type Executor interface {
	// Run runs it and waits for its end; an exit status other than 0 is an error.
	Run(ctx context.Context, j Job) error
}

// Job is what a RUN asks for.
type Job struct {
	// Lower are the layers, the top one first; Upper takes what the command
	// changes, and Work is overlayfs's.
	Lower       []string
	Upper, Work string
	// Argv is the command and Env its whole environment.
	Argv, Env []string
	// Dir is the working directory, and UID and GID who it runs as.
	Dir      string
	UID, GID int
	// Out gets what it prints.
	Out io.Writer `json:"-"`
}

// run does a RUN, or takes the layer that the same RUN made before.
func (s *stage) run(ctx context.Context, c *instructions.RunCommand) error {
	if len(c.FlagsUsed) > 0 {
		return fmt.Errorf("RUN --%s is not known here", c.FlagsUsed[0])
	}
	argv, err := s.runLine(c)
	if err != nil {
		return err
	}
	s.depend(argv...)
	s.depend(s.env()...)
	s.depend(s.config.Config.User, s.config.Config.WorkingDir)
	l, cached := s.b.Store.Cached(s.key)
	if cached && !s.b.NoCache {
		s.b.say(" ---> cached %s", l.Descriptor.Digest)
		s.add(c, l)
		return nil
	}
	if l, err = s.execute(ctx, argv); err != nil {
		return err
	}
	s.add(c, l)
	return s.b.Store.Remember(s.key, l)
}

// runLine is the command line of a RUN. A here-document is the script itself
// where it stands alone, and else the shell's to read.
func (s *stage) runLine(c *instructions.RunCommand) ([]string, error) {
	l := c.ShellDependantCmdLine
	if len(l.Files) == 0 {
		return s.line(l), nil
	}
	if len(l.CmdLine) != 1 || !l.PrependShell {
		return nil, errors.New("a here-document needs the shell form of RUN")
	}
	script := l.CmdLine[0]
	if parser.MustParseHeredoc(script) != nil {
		script = l.Files[0].Data
		if strings.HasPrefix(script, "#!") {
			return nil, errors.New("a here-document that names its interpreter is not known here; write RUN INTERPRETER <<EOF")
		}
	} else {
		for _, f := range l.Files {
			script += "\n" + f.Data + f.Name
		}
	}
	l.CmdLine = []string{script}
	return s.line(l), nil
}

// execute runs the command over the layers so far and keeps the difference.
func (s *stage) execute(ctx context.Context, argv []string) (store.Layer, error) {
	lower, err := s.root(ctx)
	if err != nil {
		return store.Layer{}, err
	}
	if len(lower) == 0 {
		return store.Layer{}, errors.New("an image from scratch has no program to run")
	}
	config := s.config.Config
	j := Job{Lower: lower, Argv: argv, Env: s.env(), Dir: config.WorkingDir, Out: s.b.Out}
	if config.User != "" {
		if j.UID, j.GID, err = owner(lower, config.User); err != nil {
			return store.Layer{}, err
		}
	}
	tmp, err := s.b.Store.Temp("run-*")
	if err != nil {
		return store.Layer{}, err
	}
	defer os.RemoveAll(tmp)
	j.Upper, j.Work = tmp+"/upper", tmp+"/work"
	if err := errors.Join(os.Mkdir(j.Upper, 0o755), os.Mkdir(j.Work, 0o755), store.LikeDir(j.Upper, lower[0])); err != nil {
		return store.Layer{}, err
	}
	if err := s.b.Executor.Run(ctx, j); err != nil {
		return store.Layer{}, err
	}
	return s.b.Store.Diff(ctx, j.Upper)
}
