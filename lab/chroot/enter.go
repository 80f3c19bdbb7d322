// Package chroot gives a process a root directory of its own, with chroot(2).
package chroot

import (
	"os"

	"byhand/lab/process"
	"byhand/lab/sys"
)

// Enter makes dir the root of this process.
func Enter(t *sys.Tracer, dir string) error {
	// chroot(2) does not change the working directory. One left outside is a
	// way out, so go in first...
	if err := t.Chdir(dir); err != nil {
		return err
	}
	if err := t.Chroot("."); err != nil {
		return err
	}
	// ...and name the place anew, as "/", which now can't lead further up.
	return t.Chdir("/")
}

// Program is what runs with a root of its own.
type Program struct {
	// Root is the directory that becomes "/".
	Root string
	// Argv is the program, by its path inside, and its arguments.
	Argv []string
}

// Run is a stage: it becomes a program inside another root.
func Run(c *process.Child, p Program) (struct{}, error) {
	if err := Enter(c.Trace, p.Root); err != nil {
		return struct{}{}, err
	}
	return struct{}{}, c.Trace.Execve(p.Argv[0], p.Argv, Environment())
}

// Environment is what a program inside starts with: nothing of the host's but
// the terminal's name, since its paths mean something else inside.
func Environment() []string {
	return []string{
		"PATH=" + process.DefaultPath,
		"HOME=/root", "PS1=sandbox# ", "TERM=" + os.Getenv("TERM"),
	}
}

// Exec is a stage: it becomes a program of the root it is in.
func Exec(c *process.Child, argv []string) (struct{}, error) {
	return struct{}{}, c.Trace.Execve(argv[0], argv, Environment())
}
