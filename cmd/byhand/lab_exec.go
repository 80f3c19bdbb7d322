package main

import (
	"cmp"

	"byhand/lab/container"
	"byhand/lab/options"
)

// guest is the program that exec runs: the container's rights, environment and
// place, but for what the flags say.
func (o execOptions) guest(c container.Config, argv []string) (container.Guest, error) {
	security := c.Security
	security.Privileged = security.Privileged || o.privileged
	caps, err := security.Caps()
	if err != nil {
		return container.Guest{}, err
	}
	filter, err := c.Security.Filter(caps)
	if err != nil {
		return container.Guest{}, err
	}
	env := c.Env
	if o.tty {
		env = options.Environment(env, []string{"TERM=xterm"})
	}
	return container.Guest{
		User: cmp.Or(o.user, c.User),
		Program: container.Program{
			Argv: argv, Env: options.Environment(env, o.env), Dir: cmp.Or(o.dir, c.WorkingDir), TTY: o.tty,
			Caps: caps, Filter: filter, NoNewPrivileges: security.NoNewPrivileges,
		},
	}, nil
}
