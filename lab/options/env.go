package options

import (
	"fmt"
	"maps"
	"os"
	"strings"

	"byhand/lab/container"
	"byhand/lab/process"
)

// environment puts the program's together: the image's, files', flags', each
// taking the place of what was before.
func (o Options) environment(c *container.Config, d container.Defaults) error {
	env := []string{"PATH=" + process.DefaultPath, "HOSTNAME=" + c.Hostname}
	if c.TTY {
		env = append(env, "TERM=xterm")
	}
	for _, variable := range d.Env {
		env = setVariable(env, variable)
	}
	for _, file := range o.EnvFile {
		variables, err := readLines(file)
		if err != nil {
			return err
		}
		for _, variable := range variables {
			name, _, _ := strings.Cut(variable, "=")
			if strings.ContainsAny(name, " \t") {
				return fmt.Errorf("poorly formatted environment: variable '%s' contains whitespaces", name)
			}
			env = setVariable(env, variable)
		}
	}
	for _, variable := range o.Env {
		if strings.HasPrefix(variable, "=") || variable == "" {
			return fmt.Errorf("invalid argument %q for \"-e, --env\" flag: invalid environment variable: %s", variable, variable)
		}
		env = setVariable(env, variable)
	}
	c.Env = env
	return nil
}

// setVariable adds a variable in place of one of the same name. A name alone
// takes the caller's value, or takes the variable away where the caller has none.
func setVariable(env []string, variable string) []string {
	name, _, hasValue := strings.Cut(variable, "=")
	if !hasValue {
		value, found := os.LookupEnv(name)
		variable, hasValue = name+"="+value, found
	}
	for i, other := range env {
		if strings.HasPrefix(other, name+"=") {
			if !hasValue {
				return append(env[:i:i], env[i+1:]...)
			}
			env[i] = variable
			return env
		}
	}
	if !hasValue {
		return env
	}
	return append(env, variable)
}

// Environment is what -e adds to an environment, for exec.
func Environment(env, add []string) []string {
	env = append([]string{}, env...)
	for _, variable := range add {
		env = setVariable(env, variable)
	}
	return env
}

// labels reads --label and --label-file.
func (o Options) labels(c *container.Config, d container.Defaults) error {
	c.Labels = map[string]string{}
	maps.Copy(c.Labels, d.Labels)
	lines := []string{}
	for _, file := range o.LabelFile {
		read, err := readLines(file)
		if err != nil {
			return err
		}
		lines = append(lines, read...)
	}
	for _, label := range append(lines, o.Label...) {
		key, value, _ := strings.Cut(label, "=")
		if key == "" {
			return fmt.Errorf("invalid label '%s': empty name", label)
		}
		c.Labels[key] = value
	}
	return nil
}

// readLines reads a file of one value a line; empty lines and those that begin
// with # are none.
func readLines(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimLeft(strings.TrimRight(line, "\r\n"), " \t")
		if line != "" && !strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	return list, nil
}
