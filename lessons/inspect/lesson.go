// Package inspect is the lesson on what the kernel tells of a container.
package inspect

import (
	"context"
	_ "embed" // for the prose
	"fmt"
	"os"
	"strings"

	"byhand/internal/doctor"
	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/portrait"
	"byhand/lab/sandbox"
	"byhand/lab/sys"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "inspect", Title: "What the kernel knows of it",
		Summary: "read from /proc what docker top, inspect and info show",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces},
		Setup:   []lesson.Step{steps.Gather(), steps.Isolate(), steps.Null(), inhabit()},
		Steps: []lesson.Step{
			{
				Title:  "List its processes, as docker top does",
				Why:    "No list of a container's processes is kept. But each process has a link to its pid namespace, and those with the same link are in the same container.",
				Shell:  steps.Text(topShell),
				Do:     into("top", portrait.Top),
				Source: []any{portrait.Top, portrait.Members},
				Verify: topped,
			},
			{
				Title:  "Read what it is, as docker inspect does",
				Why:    "Its root, its powers, its users and its namespaces are properties of its first process. Whoever may read /proc/PID can tell them.",
				Shell:  steps.Text(inspectShell),
				Do:     into("inspect", portrait.Of),
				Source: []any{portrait.Of},
				Verify: inspected,
			},
			{
				Title:  "Ask about the machine, as docker info does",
				Why:    "There is one kernel. What it says of the machine is the same for all containers, and for you.",
				Shell:  steps.Text(infoShell),
				Do:     into("info", func(t *sys.Tracer, _ int) (string, error) { return portrait.Machine(t) }),
				Source: []any{portrait.Machine},
				Verify: informed,
			},
		},
		Quiz: quiz(),
	}
}

const sleepers = "sleep 3600 & sleep 3601 &"

// inhabit starts two more processes in the sandbox.
func inhabit() lesson.Step {
	return lesson.Step{
		Title: "Start two programs in it",
		Why:   "A container with one process only would be a short list.",
		Shell: steps.Text("echo '" + sleepers + "' >\"$LAB/in\"\n"),
		Do:    begin,
		Verify: func(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
			pid, refused := steps.Standing(b)
			if refused != nil {
				return refused, nil
			}
			text, err := portrait.Top(nil, pid)
			return []lesson.Check{lesson.Equal("programs called sleep in its pid namespace", "2", fmt.Sprint(strings.Count(text, " sleep\n")), "they were not started in the sandbox")}, err
		},
	}
}

// begin tells the sandbox's shell to start them.
func begin(_ context.Context, b *bench.Bench) error {
	return sandbox.Say(b, sleepers)
}

// into writes what is found out about the sandbox to a file of the bench.
func into(file string, find func(t *sys.Tracer, pid int) (string, error)) func(context.Context, *bench.Bench) error {
	return func(_ context.Context, b *bench.Bench) error {
		pid, err := sandbox.PID(b)
		if err != nil {
			return err
		}
		text, err := find(b.Trace, pid)
		if err != nil {
			return err
		}
		return os.WriteFile(b.Path(file), []byte(text), 0o644)
	}
}

const topShell = `# docker top
ns=$(readlink "/proc/$(cat "$LAB/pid")/ns/pid")
for d in /proc/[0-9]*; do
  if [ "$(readlink "$d/ns/pid" 2>/dev/null)" = "$ns" ]; then
    echo "${d#/proc/} $(awk '/^NSpid:/ { print $NF }' "$d/status") $(cat "$d/comm")"
  fi
done | sort -n >"$LAB/top"
cat "$LAB/top"
`

const inspectShell = `# docker inspect
p=$(cat "$LAB/pid")
{
  echo "Pid $p"
  echo "Root $(readlink "/proc/$p/root")"
  for field in CapEff NoNewPrivs Seccomp Threads; do
    awk -v name="$field:" '$1 == name { sub(":", "", $1); print $1, $2 }' "/proc/$p/status"
  done
  echo "UidMap $(awk '{ print $1, $2, $3 }' "/proc/$p/uid_map")"
  for kind in ipc mnt net pid user uts; do
    readlink "/proc/$p/ns/$kind"
  done
} >"$LAB/inspect"
cat "$LAB/inspect"
`

const infoShell = `# docker info
{
  echo "Kernel $(uname -r)"
  echo "Architecture $(uname -m)"
  echo "Name $(uname -n)"
  echo "Memory $(awk '/^MemTotal:/ { print $2, $3 }' /proc/meminfo)"
  if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then echo "Cgroup 2"; else echo "Cgroup 1"; fi
} >"$LAB/info"
cat "$LAB/info"
`

// found reads one of the files.
func found(b *bench.Bench, file string) string {
	text, err := os.ReadFile(b.Path(file))
	if err != nil {
		return "nothing written"
	}
	return strings.TrimSpace(string(text))
}

// oneLine makes a list that fits a check.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' }), ", ")
}

func topped(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	want, err := portrait.Top(nil, pid)
	if err != nil {
		return nil, err
	}
	got := found(b, "top")
	own := fmt.Sprintf("%d ", os.Getpid())
	listed := "not listed"
	for line := range strings.Lines(got) {
		if strings.HasPrefix(line, own) {
			listed = "listed"
		}
	}
	return []lesson.Check{
		lesson.Equal(b.Path("top")+": numbers outside, inside, and the name", oneLine(want), oneLine(got), "these are not the processes of its pid namespace: compare /proc/*/ns/pid"),
		{Name: "byhand, which runs outside", Want: "not listed", Got: listed, OK: listed == "not listed", Control: true, Hint: "the list has processes of other namespaces, too"},
	}, nil
}

func inspected(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	want, err := portrait.Of(nil, pid)
	if err != nil {
		return nil, err
	}
	got := strings.Split(found(b, "inspect"), "\n")
	var checks []lesson.Check
	for i, line := range strings.Split(strings.TrimSpace(want), "\n") {
		has := "nothing written"
		if i < len(got) {
			has = got[i]
		}
		checks = append(checks, lesson.Equal(fmt.Sprintf("%s, line %d", b.Path("inspect"), i+1), line, has, fmt.Sprintf("/proc/%d says otherwise: it is another process's, or was not read", pid)))
	}
	ours, err := kernel.Namespace(0, "mnt")
	if err != nil {
		return nil, err
	}
	return append(checks, lesson.Check{
		Name: "byhand's own mount namespace", Want: "not among them", Got: among(got, ours), OK: among(got, ours) == "not among them", Control: true,
		Hint: "this describes a process outside of the container",
	}), nil
}

func among(lines []string, one string) string {
	for _, line := range lines {
		if line == one {
			return "among them"
		}
	}
	return "not among them"
}

func informed(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if _, refused := steps.Standing(b); refused != nil {
		return refused, nil
	}
	want, err := portrait.Machine(nil)
	if err != nil {
		return nil, err
	}
	return []lesson.Check{
		lesson.Equal(b.Path("info"), oneLine(want), oneLine(found(b, "info")), "the kernel says otherwise: uname, /proc/meminfo, stat -f /sys/fs/cgroup"),
	}, nil
}
