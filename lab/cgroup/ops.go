package cgroup

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Verb is what an Op does.
type Verb string

// The verbs: everything that a cgroup file system needs, and a fourth for
// devices on v2, which are no file's business.
const (
	// Mkdir makes a directory, which is a group.
	Mkdir Verb = "mkdir"
	// Write writes a line to a file of a group.
	Write Verb = "write"
	// Rmdir removes a group.
	Rmdir Verb = "rmdir"
	// Attach attaches a program to a group; see DeviceRule.
	Attach Verb = "attach"
	// refuse changes nothing: it carries a reason why there is nothing to do.
	refuse Verb = "refuse"
)

// Op is one change to a cgroup file system.
type Op struct {
	// Verb is what is done.
	Verb Verb
	// Path is the directory or the file, absolute.
	Path string
	// Text is what Write writes, without the newline that ends it.
	Text string
	// Lenient lets Mkdir find the directory there already, and Write the file
	// missing, where a kernel may have been built without it.
	Lenient bool
	// Why is a sentence for the reader, or empty.
	Why string

	// controllers, by the hierarchy's names, and group say whose file it is, for
	// Tools.
	controllers []string
	group       string
	// above is, for Tools, the group that the one to be made is in, where that
	// may have to be made first.
	above string
	// rules are what Attach makes its program of.
	rules []DeviceRule
}

// Ops are changes in the order in which they are to be made.
type Ops []Op

// Perform makes the changes by system calls, up to the first that fails.
func (ops Ops) Perform(t *sys.Tracer) error {
	for _, op := range ops {
		if err := op.perform(t); err != nil {
			return fmt.Errorf("%s: %w", op.what(), err)
		}
	}
	return nil
}

func (op Op) perform(t *sys.Tracer) error {
	switch op.Verb {
	case Mkdir:
		err := t.Mkdir(op.Path)
		if op.Lenient && errors.Is(err, unix.EEXIST) {
			return nil
		}
		return err
	case Write:
		err := t.WriteFile(op.Path, op.Text+"\n")
		if op.Lenient && errors.Is(err, unix.ENOENT) {
			return nil
		}
		return err
	case Rmdir:
		return t.Rmdir(op.Path)
	case Attach:
		return attachDevices(t, op.Path, op.rules)
	}
	return errors.New(op.Text)
}

// what names the change in an error.
func (op Op) what() string {
	if op.Verb == Write {
		return fmt.Sprintf("write %q to %s", op.Text, op.Path)
	}
	return string(op.Verb) + " " + op.Path
}

// Shell writes the same changes as commands for bash, one a line, each below
// its reason.
func (ops Ops) Shell() string {
	var b strings.Builder
	for _, op := range ops {
		if op.Why != "" {
			b.WriteString("# " + op.Why + "\n")
		}
		b.WriteString(op.shell() + "\n")
	}
	return b.String()
}

func (op Op) shell() string {
	path := Word(op.Path)
	switch {
	case op.Verb == Mkdir && op.Lenient:
		return "mkdir -p " + path
	case op.Verb == Mkdir:
		return "mkdir " + path
	case op.Verb == Write && op.Lenient:
		return fmt.Sprintf("[ ! -e %s ] || echo %s > %[1]s", path, Word(op.Text))
	case op.Verb == Write:
		return fmt.Sprintf("echo %s > %s", Word(op.Text), path)
	case op.Verb == Rmdir:
		return "rmdir " + path
	case op.Verb == Attach:
		return fmt.Sprintf("# bpf(2) attaches a program to %s, which no shell command does; it allows: %s", op.Path, ruleList(op.rules))
	}
	return "false # " + op.Text
}

// Word quotes a word for the shell where that is needed.
func Word(s string) string {
	if below, scoped := strings.CutPrefix(s, scopeVariable+"/"); scoped {
		return `"` + scopeVariable + `"/` + Word(below)
	}
	const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+=:,@%"
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
