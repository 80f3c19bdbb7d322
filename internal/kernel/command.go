package kernel

import (
	"os"
	"strings"
)

// CommandLine returns the arguments that a process was started with, the
// program's name first. A zombie and a kernel thread have none; a process may
// have written over them.
func CommandLine(pid int) ([]string, error) {
	text, err := os.ReadFile(of(pid, "cmdline"))
	if err != nil || len(text) == 0 {
		return nil, err
	}
	return strings.Split(strings.TrimRight(string(text), "\x00"), "\x00"), nil
}

// SecurityLabel returns what a Linux security module calls a process, such as
// AppArmor's "docker-default (enforce)"; it is empty where no module gives one,
// which the kernel answers with EINVAL.
func SecurityLabel(pid int) (string, error) {
	text, err := os.ReadFile(of(pid, "attr/current"))
	if isInvalid(err) {
		return "", nil
	}
	return strings.Trim(string(text), "\x00\n"), err
}
