package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Stage is a function that runs in a process of its own. It gets the JSON that
// its Command carried and returns what goes back as JSON; a stage that ends in
// execve(2) returns only where that failed.
type Stage func(c *Child, args json.RawMessage) (any, error)

// Table names the stages that a binary can run.
type Table map[string]Stage

// Child is what a stage knows of the process it runs in.
type Child struct {
	// Trace reports the stage's system calls to the parent, if that listens.
	Trace *sys.Tracer
	// Files are the descriptors passed beyond standard input, output and error.
	Files []*os.File

	report *os.File
}

// Report sends the stage's result before it ends, for a stage that goes on:
// whoever follows it needs to wait no longer, and hears no more.
func (c *Child) Report(result any) {
	raw, err := json.Marshal(result)
	m := message{Result: raw}
	if err != nil {
		m = message{Error: newRemoteError(err)}
	}
	_ = json.NewEncoder(c.report).Encode(m)
	_ = c.report.Close()
}

// Orphaned reports whether nobody is there any more to hear what the stage
// reports.
func (c *Child) Orphaned() bool {
	fds := []unix.PollFd{{Fd: int32(c.report.Fd())}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n == 1 && fds[0].Revents&unix.POLLERR != 0
}

// Typed makes a Stage of a function with typed arguments and results.
func Typed[A, R any](f func(*Child, A) (R, error)) Stage {
	return func(c *Child, raw json.RawMessage) (any, error) {
		var args A
		if err := json.Unmarshal(raw, &args); err != nil {
			return nil, fmt.Errorf("read the stage's arguments: %w", err)
		}
		return f(c, args)
	}
}

// The environment of a child: which stage it is, and the descriptors that it
// was left, as decimal numbers: start, report, 0, 1, 2, and then Files; and
// whether it is to report its system calls.
const (
	envStage = "BYHAND_STAGE"
	envFiles = "BYHAND_STAGE_FILES"
	envTrace = "BYHAND_STAGE_TRACE" // set where somebody listens
)

// init keeps a child's main goroutine on the process's first thread, which can
// be had no later (runtime.LockOSThread). What a stage changes of its thread,
// namespaces and cgroups, /proc/PID then shows, which is that thread's.
func init() {
	if IsChild() {
		runtime.LockOSThread()
	}
}

// IsChild reports whether this process was started to run a stage. A binary
// that starts children asks this first of all, in main or TestMain.
func IsChild() bool { return os.Getenv(envStage) != "" }

// Forget makes a stage that goes on as a command a process like any other, for
// itself and for what it starts by other means than this package.
func Forget() error {
	return errors.Join(os.Unsetenv(envStage), os.Unsetenv(envFiles), os.Unsetenv(envTrace))
}

// ChildMain runs the stage that this process was started for and returns its
// exit status.
func ChildMain(table Table) int {
	name := os.Getenv(envStage)
	files, err := inherited(os.Getenv(envFiles))
	if err != nil {
		fmt.Fprintf(os.Stderr, "byhand: stage %s: %v\n", name, err)
		return 1
	}
	start, report := files[0], json.NewEncoder(files[1])
	heard := os.Getenv(envTrace) != ""
	c := &Child{
		Trace: sys.NewTracer(func(call sys.Call) {
			// Each message wakes the parent. By execve it knows a stage that
			// goes on as another program from one that was killed.
			if heard || call.Name == "execve" {
				_ = report.Encode(message{Call: &call})
			}
		}),
		Files:  files[5:],
		report: files[1],
	}
	result, err := run(table, name, c, start, files[2:5])
	if err != nil {
		_ = report.Encode(message{Error: newRemoteError(err)})
		return 1
	}
	raw, err := json.Marshal(result)
	if err != nil {
		_ = report.Encode(message{Error: newRemoteError(err)})
		return 1
	}
	_ = report.Encode(message{Result: raw})
	return 0
}

func run(table Table, name string, c *Child, start *os.File, stdio []*os.File) (any, error) {
	stage, known := table[name]
	if !known {
		return nil, fmt.Errorf("stage %q is unknown to this binary", name)
	}
	args, err := io.ReadAll(start)
	if err != nil {
		return nil, fmt.Errorf("read the arguments of stage %s: %w", name, err)
	}
	// The parent may have died in the midst of its writing.
	if !json.Valid(args) {
		return nil, errors.New("the parent ended before it had said what to do")
	}
	for fd, f := range stdio {
		if int(f.Fd()) == fd { // dup3 refuses this, and would not be needed
			if _, err := unix.FcntlInt(f.Fd(), unix.F_SETFD, 0); err != nil {
				return nil, fmt.Errorf("keep descriptor %d: %w", fd, err)
			}
			continue
		}
		if err := unix.Dup3(int(f.Fd()), fd, 0); err != nil {
			return nil, fmt.Errorf("dup3 to descriptor %d: %w", fd, err)
		}
	}
	for _, f := range stdio {
		if f.Fd() > 2 {
			_ = f.Close() // one may be two of the three
		}
	}
	return stage(c, args)
}

// inherited opens the descriptors listed and makes them close on exec again,
// so that none of them leaks into the program that a stage executes.
//
// A descriptor that is listed twice, as /dev/null may be, is one file: with two,
// each would be closed when it is forgotten, the second time perhaps when the
// number is another file's.
func inherited(list string) ([]*os.File, error) {
	var files []*os.File
	known := map[int]*os.File{0: os.Stdin, 1: os.Stdout, 2: os.Stderr}
	for _, s := range strings.Split(list, ",") {
		fd, err := strconv.Atoi(s)
		if err != nil {
			return nil, fmt.Errorf("descriptor list %q: %w", list, err)
		}
		unix.CloseOnExec(fd)
		if known[fd] == nil {
			known[fd] = os.NewFile(uintptr(fd), "descriptor "+s)
		}
		files = append(files, known[fd])
	}
	if len(files) < 5 {
		return nil, fmt.Errorf("descriptor list %q: %d entries; want 5 or more", list, len(files))
	}
	return files, nil
}
