package build

import (
	"fmt"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// Change does instructions of a Dockerfile that change a configuration and no
// file, as commit's --change has them.
func Change(config *v1.ConfigFile, lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	file, err := parser.Parse(strings.NewReader(strings.Join(lines, "\n")))
	if err != nil {
		return err
	}
	s := &stage{b: &builder{lex: shell.NewLex(file.EscapeToken)}, config: config}
	for _, node := range file.AST.Children {
		c, err := instructions.ParseCommand(node)
		if err != nil {
			return err
		}
		if w, ok := c.(*instructions.WorkdirCommand); ok {
			config.Config.WorkingDir = w.Path
			continue
		}
		switch c.Name() {
		case "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "LABEL", "ONBUILD", "USER", "VOLUME", "STOPSIGNAL", "HEALTHCHECK",
			"cmd", "entrypoint", "env", "expose", "label", "onbuild", "user", "volume", "stopsignal", "healthcheck":
		default:
			return fmt.Errorf("%s is not a valid change command", strings.ToLower(c.Name()))
		}
		s.cmdSet = true // --change ENTRYPOINT leaves CMD alone
		if e, ok := c.(instructions.SupportsSingleWordExpansion); ok {
			if err := e.Expand(s.b.expander(s.env())); err != nil {
				return err
			}
		}
		if err := s.configure(c); err != nil {
			return err
		}
	}
	return nil
}
