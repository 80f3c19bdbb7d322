package cgroup

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// childEnv says what a process that is this test binary started again is to do.
const childEnv = "BYHAND_CGROUP_TEST_CHILD"

func TestMain(m *testing.M) {
	if job := os.Getenv(childEnv); job != "" {
		child(job)
		return
	}
	before := switchedOn()
	code := m.Run()
	if after := switchedOn(); !slices.Equal(before, after) {
		fmt.Printf("controllers switched on in the root of the v2 tree: %v; want %v as before\n", after, before)
		code = 1
	}
	os.Exit(code)
}

func switchedOn() []string { return words("/sys/fs/cgroup", "cgroup.subtree_control") }

// child waits for a byte, which says that it is in its group, and does its job.
func child(job string) {
	name, arg, _ := strings.Cut(job, " ")
	if name == "join" {
		var g Group
		fmt.Println(json.Unmarshal([]byte(arg), &g), g.JoinSelf(nil))
		fmt.Println(unix.Exec("/bin/cat", []string{"cat", "/proc/self/cgroup"}, nil))
		return
	}
	switch name {
	case "container":
		out("%v", enterContainer(arg))
		return
	case "hint":
		giveHint()
		return
	case "contained":
		contained()
		return
	}
	_, _ = os.Stdin.Read(make([]byte, 1))
	switch name {
	case "spin":
		for i := 1; i > 0; i = i%1000 + 1 {
		}
	case "count":
		f, _ := os.OpenFile(arg, os.O_RDWR, 0)
		page, err := unix.Mmap(int(f.Fd()), 0, 8, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		for err == nil {
			page[0]++
			time.Sleep(time.Millisecond)
		}
	case "allocate":
		mib, _ := strconv.Atoi(arg)
		b := make([]byte, mib<<20)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		fmt.Println("allocated", len(b)>>20+int(b[4096])-1)
	case "write":
		// Past the page cache, or the writing would be charged to somebody else.
		f, err := os.OpenFile(arg, os.O_WRONLY|unix.O_DIRECT, 0)
		page, _ := unix.Mmap(-1, 0, 1<<20, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
		for begin, i := time.Now(), 0; ; i++ {
			if i == 2 {
				fmt.Println(err, time.Since(begin).Milliseconds())
				return
			}
			_, err = f.WriteAt(page, int64(i)<<20)
		}
	case "open":
		for {
			var errno unix.Errno
			f, err := os.OpenFile(arg, os.O_RDWR, 0)
			errors.As(err, &errno)
			fmt.Println(unix.ErrnoName(errno))
			f.Close()
			if n, _ := os.Stdin.Read(make([]byte, 1)); n == 0 {
				return
			}
		}
	}
}

// out is what a child says.
func out(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// A job is a child that runs.
type job struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// start starts a child that waits for go.
func start(t *testing.T, what string) *job {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Args[0], cmd.Env = os.Args[0], append(os.Environ(), childEnv+"="+what, "GOMAXPROCS=1")
	return started(t, cmd)
}

func started(t *testing.T, cmd *exec.Cmd) *job {
	t.Helper()
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return &job{cmd, in, bufio.NewReader(out)}
}

func (j *job) goOn(t *testing.T) {
	t.Helper()
	if _, err := io.WriteString(j.in, "\n"); err != nil {
		t.Fatal(err)
	}
}

func (j *job) line() string {
	s, _ := j.out.ReadString('\n')
	return strings.TrimSpace(s)
}

// cpuTime is how long a process has run, by /proc/PID/stat in ticks of 10 ms.
func cpuTime(t *testing.T, pid int) time.Duration {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// share measures the part of one processor that a process gets.
func share(t *testing.T, pid int, over time.Duration) float64 {
	t.Helper()
	from, begin := cpuTime(t, pid), time.Now()
	time.Sleep(over)
	return float64(cpuTime(t, pid)-from) / float64(time.Since(begin))
}

// delegated asks systemd once, for an ordinary user on v2.
var delegated = sync.OnceValue(func() error { return Delegate(context.Background(), nil) })

var groups int

// group makes a group for a test, or skips with what is missing.
func group(t *testing.T, controllers ...Controller) *Group {
	t.Helper()
	groups++
	g, err := New(fmt.Sprintf("byhand-test-%d-%d", os.Getpid(), groups), controllers...)
	if errors.Is(err, ErrNotDelegated) {
		if err := delegated(); err != nil {
			t.Skip(err)
		}
		g, err = New(fmt.Sprintf("byhand-test-%d-%d", os.Getpid(), groups), controllers...)
		if errors.Is(err, ErrNotDelegated) {
			t.Fatalf("after Delegate: %v", err)
		}
	}
	var lack *LackError
	if errors.As(err, &lack) {
		t.Skipf("%v; %s", err, lack.Hint())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := g.Kill(ctx, nil); err != nil {
			t.Error(err)
		}
		if err := g.Remove(ctx, nil); err != nil {
			t.Error(err)
		}
		for _, d := range g.Dirs {
			if _, err := os.Stat(d.Path); !os.IsNotExist(err) {
				t.Errorf("stat %s = %v after Remove; want it gone", d.Path, err)
			}
		}
	})
	return g
}

// made is group, made.
func made(t *testing.T, controllers ...Controller) *Group {
	t.Helper()
	g := group(t, controllers...)
	if err := g.Make(nil); err != nil {
		t.Fatal(err)
	}
	return g
}

func perform(t *testing.T, ops Ops) {
	t.Helper()
	if err := ops.Perform(nil); err != nil {
		t.Fatal(err)
	}
}

// versions tells which version a controller has here, for messages.
func (g *Group) versions() string {
	var s []string
	for _, d := range g.Dirs {
		s = append(s, fmt.Sprintf("v%d %s", d.Version, filepath.Dir(d.Path)))
	}
	return strings.Join(s, ", ")
}

// pinAll keeps every thread of a process on one processor.
func pinAll(t *testing.T, pid int, cpu *unix.CPUSet) {
	t.Helper()
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range threads {
		tid, _ := strconv.Atoi(e.Name())
		if err := unix.SchedSetaffinity(tid, cpu); err != nil {
			t.Fatal(err)
		}
	}
}

// soon is a context that ends before the test would hang.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}
