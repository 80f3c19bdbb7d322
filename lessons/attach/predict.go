package attach

import (
	"fmt"

	"byhand/internal/lesson"
	"byhand/lab/bench"
)

// onTerminal runs commands on a terminal of their own, of which the file shown
// holds what it has shown; typed is written to it when they have made the file
// ready.
func onTerminal(commands, typed string) string {
	return `mkfifo keys
cat >program <<'END'
` + commands + `
END
# Whoever is started with & ignores Ctrl-C, but not so.
setsid --fork bash >/dev/null 2>&1 <<'END'
echo $$ >pid
SHELL=/bin/sh exec script -qfc 'sh ./program' shown <>keys
END
until [ -s ready ]; do sleep 0.1; done
` + typed + `until [ -s answer ]; do sleep 0.1; done
p=$(cat pid)
` + gone + `cat answer
`
}

// gone waits for the end of the process in the variable p, which is nobody's
// child here.
const gone = `while grep -qs '^State:.[^ZX]' "/proc/$p/status"; do sleep 0.1; done
`

// predictions returns the questions that are tried out, and one for a number.
func predictions() []lesson.Question {
	return []lesson.Question{
		{
			Key: "ctrl-c-byte",
			Ask: "In ASCII, A is 65 and C is 67. Which byte does a keyboard's Ctrl-C write to the master?",
			Number: &lesson.Number{
				Is: 3, Unit: "the byte's value",
				Traps: []lesson.Trap{
					{Is: 67, Why: "That is the letter. Ctrl keeps only its five lowest bits."},
					{Is: 2, Why: "That is SIGINT, the signal that the kernel makes of it."},
					{Is: 99, Why: "That is the small letter c. Ctrl keeps only its five lowest bits."},
				},
				Why: "Ctrl keeps the five lowest bits of the letter: of 67 that is 3.",
			},
			Explain: "stty -a shows it as intr = ^C. The byte means interrupt only to a terminal; to a pipe it is a character.",
		},
		{
			Key: "size-outside",
			Ask: "A terminal is told that it has {1} rows and {2} columns. A program on it ends, another one starts on the same terminal, and asks. How many columns does it find?",
			Number: &lesson.Number{
				Unit:  "columns",
				Traps: []lesson.Trap{{Is: 80, Why: "80 by 24 was the size of the VT100. The kernel has no default: it is 0 by 0 until somebody says it."}, {Is: 0, Why: "So it is at first. The size is the terminal's, and not a program's: it outlives those who asked."}},
				Why:   "The size is kept with the pair, in the kernel, and not with a process.",
			},
			Try: &lesson.Try{
				Draw: lesson.Between(30, 200, 2),
				Shell: func(_ *bench.Bench, drawn []int) string {
					return onTerminal(fmt.Sprintf(`stty rows %d cols %d
sh -c 'stty size >first'
sh -c 'stty size' | sed 's/.* //' >answer.new
echo >ready
mv answer.new answer`, drawn[0], drawn[1]), "")
				},
				Traps: func(drawn []int) []lesson.Trap {
					return []lesson.Trap{{Is: drawn[0], Why: "Those are the rows."}}
				},
			},
			Explain: "So a resize is one ioctl(2) at either end, and SIGWINCH only tells the foreground to look.",
		},
		{
			Key: "interrupted-status",
			Ask: "On a terminal of their own run sh, and as its child {1} programs that sleep, all in the group in the foreground. One Ctrl-C is typed. How many of those that sleep does it end?",
			Number: &lesson.Number{
				Unit:  "programs",
				Traps: []lesson.Trap{{Is: 1, Why: "A signal of kill(1) goes to one process. A terminal's goes to a group."}, {Is: 0, Why: "They do not handle SIGINT, and so it ends them."}},
				Why:   "The kernel signals the whole group in the foreground.",
			},
			Try: &lesson.Try{
				Draw: lesson.Between(2, 6, 1),
				Shell: func(_ *bench.Bench, drawn []int) string {
					return onTerminal(fmt.Sprintf(`trap : INT
n=0 sleepers=
for i in $(seq %d); do
  # Not with &: it would have the shell's sleepers ignore SIGINT.
  env --default-signal=INT sleep 600 &
  sleepers="$sleepers $!"
done
until [ "$(pgrep -c -x -P $$ sleep)" = %[1]d ]; do sleep 0.1; done
# From here on nothing else is started, which Ctrl-C would end as well.
echo >ready
for p in $sleepers; do
  status=0
  wait "$p" || status=$?
  # The trap interrupts one wait.
  while kill -0 "$p" 2>/dev/null; do status=0; wait "$p" || status=$?; done
  [ "$status" = 130 ] && n=$((n + 1))
done
echo $n >answer.new
mv answer.new answer`, drawn[0]), "printf '\\003' >keys\n")
				},
			},
			Explain: "That is why Ctrl-C ends all of a pipeline: a shell with job control makes a group of each.",
		},
		{
			Key: "pipe-or-terminal",
			Ask: "sleep 600 reads a pipe, and has no controlling terminal. The byte 3, Ctrl-C, is written to the pipe. What becomes of it?",
			Choices: []lesson.Choice{
				{Text: "It ends by SIGINT", Shows: "^ended$", Why: "It would, if the byte came through a terminal. A pipe has no line discipline that could take it out."},
				{Text: "It sleeps on", Shows: "^sleeps$"},
				{Text: "It stops, as with Ctrl-Z", Shows: "^stopped$", Why: "That is another byte, 26, and for a terminal, too."},
			},
			Try: &lesson.Try{
				Shell: func(*bench.Bench, []int) string {
					return `mkfifo keys
setsid --fork bash <<'END'
echo $$ >pid.new
mv pid.new pid
exec sleep 600 <>keys >/dev/null 2>&1
END
until [ -s pid ] && p=$(cat pid) && [ "$(cat "/proc/$p/comm")" = sleep ]; do sleep 0.1; done
printf '\003' >keys
sleep 0.5
state=$(sed -n 's/^State:[[:space:]]*//p' "/proc/$p/status" 2>/dev/null || true)
kill -KILL "$p" 2>/dev/null || true
` + gone + `case $state in
'' | Z*) echo ended ;;
T*) echo stopped ;;
*) echo sleeps ;;
esac
`
				},
			},
			Explain: "Ctrl-C is a matter of a terminal and its session. For a container without -t, docker run sends SIGINT itself (--sig-proxy).",
		},
	}
}
