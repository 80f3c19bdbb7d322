package ui

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"byhand/internal/lesson"
	"byhand/internal/runner"
	"byhand/lab/sys"
)

const script = "mount -t proc proc \"$LAB/root/proc\" -o nosuid,nodev\n\nif true; then\n\techo 'it is  there'\nfi"

// teach shows a little of everything.
func teach(s runner.Screen) {
	s.Open(runner.Header{Number: 3, Total: 20, Name: "proc-mounts", Title: "A process table of its own",
		Summary: "Mount proc where only the container sees it.", Lab: "/var/tmp/by hand"})
	s.Prose("# A process table of its own\n\nThe kernel makes it up.\n")
	s.Step(runner.StepHeader{Total: 2, Setup: true, Title: "Enter the namespaces", Why: "Told before.", Shell: "unshare --mount"})
	s.Call(sys.Call{Name: "unshare", Args: []string{"CLONE_NEWNS"}})
	s.Step(runner.StepHeader{Number: 1, Total: 2, Title: "Mount proc inside",
		Why: "proc shows the processes of whoever mounts it.", Shell: script})
	s.Source(runner.Source{Name: "mount.Proc", File: "lab/mount/proc.go", Line: 12, Code: "// Proc mounts proc.\nfunc Proc() error {\n\treturn nil\n}\n"})
	s.Expect("the next call fails, since proc is masked")
	s.Call(sys.Call{PID: 4711, Name: "mount", Args: []string{`"proc"`, `"/var/tmp/by hand/root/proc"`, `"proc"`, "MS_NOSUID|MS_NODEV", "NULL"}})
	s.Call(sys.Call{Name: "chroot", Args: []string{`"."`}, Ret: -1, Errno: "EPERM", Text: "operation not permitted"})
	s.Work(runner.Work{What: "copy libraries", Done: 1, Total: 4, Unit: "files"})
	s.Work(runner.Work{What: "copy libraries", Done: 4, Total: 4, Unit: "files"})
	s.Check(lesson.Equal("hostname", "box", "box", ""))
	s.Check(lesson.Check{Name: "open() outside", Want: "allowed", Got: "allowed", OK: true, Control: true})
	s.Check(lesson.Equal("/proc/4711/root", "/var/tmp/by hand/root", "/var/tmp/by hand/other root/of it",
		"the root is another: nobody called chroot(2)\n$ chroot \"$LAB/root\" /bin/sh -c 'echo a long command'"))
	s.Note("the quiz is skipped")
}

func TestPeople(t *testing.T) {
	for _, tt := range []struct {
		width int
		want  string
	}{
		{80, `
Lesson 3 of 20: proc-mounts
A process table of its own
--------------------------
Mount proc where only the container sees it.

$ export LAB='/var/tmp/by hand'

The kernel makes it up.

Setup: Enter the namespaces

$ unshare --mount

kernel | unshare(CLONE_NEWNS) = 0

Step 1 of 2: Mount proc inside
proc shows the processes of whoever mounts it.

$ mount -t proc proc "$LAB/root/proc" -o nosuid,nodev

  if true; then
  	echo 'it is  there'
  fi

go | mount.Proc, lab/mount/proc.go:12
go | // Proc mounts proc.
go | func Proc() error {
go |     return nil
go | }

expect: the next call fails, since proc is masked

kernel | [pid 4711] mount("proc", "/var/tmp/by hand/root/proc", "proc",
       | MS_NOSUID|MS_NODEV, NULL) = 0
kernel | ! chroot(".") = -1 EPERM (operation not permitted)
work: copy libraries: 4 files, done

ok  hostname  want: box  got: box
ok  control: open() outside  want: allowed  got: allowed
NO  /proc/4711/root
    want: /var/tmp/by hand/root
    got:  /var/tmp/by hand/other root/of it
    hint: the root is another: nobody called chroot(2)
    $ chroot "$LAB/root" /bin/sh -c 'echo a long command'

note: the quiz is skipped
`},
		{40, `
Lesson 3 of 20: proc-mounts
A process table of its own
--------------------------
Mount proc where only the container sees
it.

$ export LAB='/var/tmp/by hand'

The kernel makes it up.

Setup: Enter the namespaces

$ unshare --mount

kernel | unshare(CLONE_NEWNS) = 0

Step 1 of 2: Mount proc inside
proc shows the processes of whoever
mounts it.

$ mount -t proc proc "$LAB/root/proc" -o nosuid,nodev

  if true; then
  	echo 'it is  there'
  fi

go | mount.Proc, lab/mount/proc.go:12
go | // Proc mounts proc.
go | func Proc() error {
go |     return nil
go | }

expect: the next call fails, since proc
        is masked

kernel | [pid 4711] mount("proc",
       | "/var/tmp/by hand/root/proc",
       | "proc", MS_NOSUID|MS_NODEV,
       | NULL) = 0
kernel | ! chroot(".") = -1 EPERM
       | (operation not permitted)
work: copy libraries: 4 files, done

ok  hostname  want: box  got: box
ok  control: open() outside
    want: allowed
    got:  allowed
NO  /proc/4711/root
    want: /var/tmp/by hand/root
    got:  /var/tmp/by hand/other root/of
          it
    hint: the root is another: nobody
          called chroot(2)
    $ chroot "$LAB/root" /bin/sh -c 'echo a long command'

note: the quiz is skipped
`},
		{20, `
Lesson 3 of 20:
proc-mounts
A process table of
its own
--------------------
Mount proc where
only the container
sees it.

$ export LAB='/var/tmp/by hand'

The kernel makes it
up.

Setup: Enter the
  namespaces

$ unshare --mount

kernel | unshare(
| CLONE_NEWNS) = 0

Step 1 of 2: Mount
  proc inside
proc shows the
processes of whoever
mounts it.

$ mount -t proc proc "$LAB/root/proc" -o nosuid,nodev

  if true; then
  	echo 'it is  there'
  fi

go | mount.Proc,
go | lab/mount/
go | proc.go:12
go | // Proc mounts proc.
go | func Proc() error {
go |     return nil
go | }

expect: the next
  call fails, since
  proc is masked

kernel | [pid 4711]
| mount("proc",
| "/var/tmp/by
| hand/root/proc",
| "proc",
| MS_NOSUID|
| MS_NODEV, NULL) =
| 0
kernel | !
| chroot(".") = -1
| EPERM (operation
| not permitted)
work: copy
  libraries: 4
  files, done

ok  hostname
    want: box
    got:  box
ok  control: open()
    outside
    want: allowed
    got:  allowed
NO  /proc/4711/root
    want:
      /var/tmp/by
      hand/root
    got:
      /var/tmp/by
      hand/other
      root/of it
    hint: the root
      is another:
      nobody called
      chroot(2)
    $ chroot "$LAB/root" /bin/sh -c 'echo a long command'

note: the quiz is
  skipped
`},
	} {
		p, out := record(Terminal{Width: tt.width})
		teach(p)
		equal(t, fmt.Sprintf("the lesson at %d columns", tt.width), "\n"+out.String(), tt.want)
	}
}

func TestPeopleColourUnicode(t *testing.T) {
	p, out := record(Terminal{Width: 80, Colour: true, Unicode: true})
	p.Step(runner.StepHeader{Number: 1, Total: 2, Title: "Mount proc", Why: "It’s made up.", Shell: "mount a b\nls"})
	p.Call(sys.Call{Name: "mount", Args: []string{"x"}, Ret: -1, Errno: "EPERM", Text: "no"})
	p.Check(lesson.Equal("uts", "a", "b", "set it"))
	equal(t, "a step in colour", "\n"+out.String(), "\n"+
		"\x1b[1mStep 1 of 2: Mount proc\x1b[22m\n"+
		"It’s made up.\n"+
		"\n"+
		"$ \x1b[36mmount a b\x1b[0m\n"+
		"  \x1b[36mls\x1b[0m\n"+
		"\n"+
		"\x1b[35mkernel │ \x1b[0m\x1b[33m! mount(x) = -1 EPERM (no)\x1b[0m\n"+
		"\n"+
		"\x1b[1;31mNO  \x1b[22;0muts\x1b[2m  want: \x1b[22ma\x1b[2m  got: \x1b[22mb\n"+
		"    \x1b[33mhint: \x1b[0mset it\n")
}

// No line that byhand composes may be longer than the terminal is wide,
// whatever that is; only commands and code are left as they are.
func TestPeopleWidth(t *testing.T) {
	for width := minWidth; width <= 130; width++ {
		p, out := record(Terminal{Width: width})
		teach(p)
		p.Graded(one(), []int{0})
		p.Graded(two(), []int{0, 2})
		p.Close(runner.Result{Name: "proc-mounts", Checks: 12, Refused: 3, Asked: 8, Right: 7,
			Kept: "/var/tmp/by hand", Unlocked: "cgroup-cpu", Error: "mount proc: operation not permitted"})
		verbatim := false
		for _, line := range strings.Split(out.String(), "\n") {
			text := strings.TrimLeft(line, " ")
			// A script's further lines have the indent of its first mark.
			verbatim = strings.HasPrefix(text, "$ ") || verbatim && (line == "" || strings.HasPrefix(line, "  "))
			if n := cols(line); n > width && !verbatim && !strings.HasPrefix(line, "go | ") {
				t.Errorf("at width %d a line takes %d columns: %q", width, n, line)
			}
		}
	}
}

func TestShellIsVerbatim(t *testing.T) {
	for _, width := range []int{10, 80} {
		p, out := record(Terminal{Width: width})
		p.Step(runner.StepHeader{Number: 1, Total: 1, Title: "t", Shell: "\n" + script + "\n"})
		_, shown, _ := strings.Cut(out.String(), "$ ")
		var lines []string
		for i, line := range strings.Split(strings.TrimSuffix(shown, "\n"), "\n") {
			if i > 0 {
				line = strings.TrimPrefix(line, "  ")
			}
			lines = append(lines, line)
		}
		equal(t, fmt.Sprintf("the script right of its mark, width %d", width), strings.Join(lines, "\n"), script)
	}
}

// TestHereDocumentsCanBeCopied has bash run what is shown behind the first mark,
// as who copies it with the mouse does.
func TestHereDocumentsCanBeCopied(t *testing.T) {
	p, out := record(Terminal{Width: 80})
	p.Step(runner.StepHeader{Number: 1, Total: 1, Title: "t", Shell: "cat <<'END'\none\n  two\nEND\nif true; then\n  cat <<END\nthree\nEND\nfi\n"})
	_, shown, _ := strings.Cut(out.String(), "$ ")
	got, err := exec.Command("bash", "-euc", shown).CombinedOutput()
	if want := "one\n  two\nthree\n"; err != nil || string(got) != want {
		t.Errorf("bash -euc %q = %q, %v; want %q", shown, got, err, want)
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"/var/tmp/a-b_c.1": "/var/tmp/a-b_c.1",
		"":                 "''",
		"a b":              "'a b'",
		"it's":             `'it'\''s'`,
		"$HOME":            "'$HOME'",
		"~/x":              "'~/x'",
	} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) = %s; want %s", in, got, want)
		}
	}
}

// Whatever a file's name or a kernel's string holds, the terminal obeys none
// of it.
func TestNoControls(t *testing.T) {
	const evil = "a\x1b[2J\x1b]0;title\a\u009b1mb"
	p, out := record(Terminal{Width: 80, Unicode: true})
	p.Open(runner.Header{Name: evil, Title: evil, Summary: evil, Lab: evil})
	p.Prose(evil + "\n\n    " + evil + "\n\n`" + evil + "` [" + evil + "](" + evil + ")\n")
	p.Step(runner.StepHeader{Title: evil, Why: evil, Shell: evil})
	p.Source(runner.Source{Name: evil, File: evil, Code: evil})
	p.Expect(evil)
	p.Note(evil)
	p.Call(sys.Call{Name: evil, Args: []string{evil}, Errno: evil, Text: evil})
	p.Work(runner.Work{What: evil, Done: 1, Total: 1, Unit: evil})
	p.Check(lesson.Check{Name: evil, Want: evil, Got: evil, Hint: evil + "\n$ " + evil})
	q := lesson.Question{Ask: evil, Explain: evil, Choices: []lesson.Choice{{Text: evil, Why: evil}, {Right: true}}}
	p.Graded(q, []int{0})
	p.Close(runner.Result{Name: evil, Kept: evil, Unlocked: evil, Error: evil})
	if i := strings.IndexAny(out.String(), "\x1b\a\u009b"); i >= 0 {
		t.Errorf("a control character is shown: %q", out.String()[max(i-30, 0):i+1])
	}
}

func TestCheckOfSeveralLines(t *testing.T) {
	p, out := record(Terminal{})
	p.Check(lesson.Equal("uid_map", "0 1000 1", "0 1000 1\n1 100000 65536", ""))
	equal(t, "a check", "\n"+out.String(), `
NO  uid_map
    want: 0 1000 1
    got:  0 1000 1
          1 100000 65536
`)
}

func TestCallsFromGoroutines(t *testing.T) {
	p, out := record(Terminal{})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { p.Call(sys.Call{Name: "getpid", Ret: 1}) })
	}
	wg.Wait()
	equal(t, "20 calls", out.String(), strings.Repeat("kernel | getpid() = 1\n", 20))
}

func TestWriteError(t *testing.T) {
	for _, s := range []Screen{New(Options{Out: full{}}), New(Options{Out: full{}, JSON: true})} {
		if err := s.Err(); err != nil {
			t.Errorf("%T: Err() before writing = %v; want nil", s, err)
		}
		s.Note("a")
		s.Note("b")
		if err := s.Err(); !errors.Is(err, errFull) {
			t.Errorf("%T: Err() = %v; want %v", s, err, errFull)
		}
	}
}

// New's screen looks at the terminal again for each text, since its window may
// be resized meanwhile.
func TestNewFollowsTheWindow(t *testing.T) {
	c := newConsole(t, 24, 20)
	s := New(Options{In: c.screen, Out: c.screen, Err: c.screen, Getenv: env("NO_COLOR=1")})
	s.Note("one two three four")
	c.resize(24, 80)
	s.Expect("one two three four")
	c.awaitText("note: one two three\n  four\n\nexpect: one two three four\n")
}

func TestNewOnAFile(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	s := New(Options{In: file, Out: file, Err: file, Getenv: env("TERM=xterm", "LANG=C.UTF-8")})
	teach(s)
	got, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	if bytes.ContainsAny(got, "\x1b\r│─") || len(got) == 0 {
		t.Errorf("into a file goes %q; want text without colours, boxes and cursor movements", got)
	}
}
