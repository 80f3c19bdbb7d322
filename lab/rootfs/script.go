package rootfs

import (
	"bufio"
	"os"
	"path"
	"strings"
)

// interpreters returns the programs that the kernel starts in the place of
// name if it is a script: what its first line names after "#!", and with
// "#!/usr/bin/env PROGRAM" that program too. See execve(2).
func (t tree) interpreters(name string) []string {
	var found []string
	for range 4 { // the kernel lets interpreters be scripts, to this depth
		fields := t.shebang(name)
		if len(fields) == 0 || !t.isProgram(fields[0]) {
			break
		}
		name = fields[0]
		found = append(found, name)
		if path.Base(name) == "env" && len(fields) > 1 {
			if program, ok := t.lookup(fields[1]); ok {
				found = append(found, program)
			}
		}
	}
	return found
}

// shebang returns the words after "#!" in the first line of name.
func (t tree) shebang(name string) []string {
	file, err := t.resolve(name)
	if err != nil {
		return nil
	}
	f, err := os.Open(t.on(file))
	if err != nil {
		return nil
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 256) // the kernel reads no more of it either
	if magic, err := in.Peek(2); err != nil || string(magic) != "#!" {
		return nil
	}
	line, _ := in.ReadSlice('\n')
	return strings.Fields(string(line[2:]))
}
