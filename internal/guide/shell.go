package guide

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"byhand/lab/bench"
)

// The files of the guided shell, in a directory of the bench's.
const (
	directory = ".byhand"
	askName   = "ask"
	tellName  = "tell"
)

// words are what the shell gets: the person's own files first, then the lesson's
// variable and byhand's words as functions. Each asks byhand and prints what it
// answers, so that it stands where a command's output does.
const words = `export LAB=%[1]s
PATH=$PATH:/usr/sbin:/sbin
cd "$LAB"
__byhand() {
	[ -p %[2]s ] && [ -p %[3]s ] || return 0
	printf '%%s\n' "$1" >%[2]s
	while IFS= read -r __line; do
		[ "$__line" = . ] && break
		printf '%%s\n' "${__line#|}"
	done <%[3]s
	unset __line
}
__byhand_prompt() { __status=$?; __byhand prompt; return $__status; }
hint() { __byhand hint; }
task() { __byhand task; }
skip() { __byhand skip; }
quit() { __byhand quit; exit; }
`

// command is the person's shell with words of its own. Only bash and zsh have
// the place for them; whoever uses another shell gets bash, in which the
// lesson's commands are written.
func command(b *bench.Bench, getenv func(string) string) (*exec.Cmd, error) {
	dir := b.Path(directory)
	path, name := theirShell(getenv)
	own := map[string]string{"bash": ".bashrc", "zsh": ".zshrc"}[name]
	text := fmt.Sprintf("[ ! -r ~/%[1]s ] || . ~/%[1]s\n", own) +
		fmt.Sprintf(words, quote(b.Dir), quote(filepath.Join(dir, askName)), quote(filepath.Join(dir, tellName)))
	var args []string
	env := append(os.Environ(), b.Env(), "SHELL="+path)
	rc := filepath.Join(dir, own)
	if name == "zsh" {
		text += "precmd_functions+=(__byhand_prompt)\n"
		env = append(env, "ZDOTDIR="+dir)
		args = []string{"-i"}
	} else {
		text += `PROMPT_COMMAND="__byhand_prompt${PROMPT_COMMAND:+; $PROMPT_COMMAND}"` + "\n"
		args = []string{"--rcfile", rc, "-i"}
	}
	if err := os.WriteFile(rc, []byte(text), 0o600); err != nil {
		return nil, err
	}
	c := exec.Command(path, args...)
	c.Dir, c.Env = b.Dir, env
	// A session of its own, whose terminal is the new one.
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	return c, nil
}

// theirShell returns the shell to open, and which one it is.
func theirShell(getenv func(string) string) (path, name string) {
	path = getenv("SHELL")
	if name = filepath.Base(path); name == "bash" || name == "zsh" {
		if found, err := exec.LookPath(path); err == nil {
			return found, name
		}
	}
	if found, err := exec.LookPath("bash"); err == nil {
		return found, "bash"
	}
	return "/bin/bash", "bash"
}

// quote makes one word of a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
