package sys

import "golang.org/x/sys/unix"

// Execve is execve(2). It is recorded before it is made, with the result 0,
// since it does not return where it succeeds; where it fails, a second record
// takes the first one's place: whoever reads a pipe of records knows an
// execve to have succeeded once the pipe, closed by it, ends.
func (t *Tracer) Execve(path string, argv, env []string) error {
	args := []string{quote(path), quoteList(argv), variables(len(env))}
	t.Report(Call{Name: "execve", Args: args})
	return t.done("execve", 0, unix.Exec(path, argv, env), args...)
}
