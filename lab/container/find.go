package container

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// errNotFound is for a name that is in no directory of PATH, in the words that
// Docker tells the status 127 by.
var errNotFound = errors.New("executable file not found in $PATH")

// Find looks for a program as a shell does, in the root that we are in.
func Find(name string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		return name, executable(name)
	}
	path := ""
	for _, variable := range env {
		if value, found := strings.CutPrefix(variable, "PATH="); found {
			path = value
		}
	}
	err := fmt.Errorf("exec: %q: %w", name, errNotFound)
	for dir := range strings.SplitSeq(path, ":") {
		if !filepath.IsAbs(dir) {
			continue
		}
		file := filepath.Join(dir, name)
		switch found := executable(file); {
		case found == nil:
			return file, nil
		case errors.Is(found, unix.EACCES):
			err = found
		}
	}
	return "", err
}

// executable says why a file can't be executed, or nil.
func executable(file string) error {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return fmt.Errorf("exec: %q: %w", file, err)
	case info.IsDir():
		return fmt.Errorf("exec: %q: is a directory", file)
	case info.Mode()&0o111 == 0:
		return fmt.Errorf("exec: %q: %w", file, unix.EACCES)
	}
	return nil
}

// Failed is why a program was not executed, with the status that Docker's
// command draws from the words (docker/cli cli/command/container/run.go).
func Failed(err error) Outcome {
	o := Outcome{Status: 125, Reason: err.Error()}
	says := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(o.Reason, w) })
	}
	switch {
	case says(errNotFound.Error(), unix.ENOENT.Error()):
		o.Status = 127
	case says(unix.EACCES.Error(), "is a directory", unix.ENOEXEC.Error()):
		o.Status = 126
	}
	return o
}

// errno is the error number alone, without the call that it came from: the
// program's name says enough.
func errno(err error) error {
	var number unix.Errno
	if errors.As(err, &number) {
		return number
	}
	return err
}
