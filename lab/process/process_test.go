package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

func TestMain(m *testing.M) {
	if IsChild() {
		os.Exit(ChildMain(Table{
			"attack":   Typed(attack),
			"describe": Typed(describe),
			"execute":  Typed(execute),
			"fail":     Typed(fail),
			"hang":     Typed(hang),
		}))
	}
	os.Exit(m.Run())
}

type description struct {
	PID, UID int
	UserNS   string
	Args     string
	Env      string
	File     string
}

func describe(c *Child, args string) (description, error) {
	d := description{PID: os.Getpid(), UID: os.Getuid(), Args: args, Env: os.Getenv("GREETING")}
	d.UserNS, _ = os.Readlink("/proc/self/ns/user")
	if len(c.Files) > 0 {
		text := make([]byte, 16)
		n, _ := c.Files[0].Read(text)
		d.File = string(text[:n])
	}
	return d, nil
}

func execute(c *Child, argv []string) (struct{}, error) {
	return struct{}{}, c.Trace.Execve(argv[0], argv, nil)
}

func fail(c *Child, path string) (struct{}, error) {
	return struct{}{}, fmt.Errorf("on purpose: %w", c.Trace.Chdir(path))
}

func hang(*Child, struct{}) (struct{}, error) {
	time.Sleep(time.Minute)
	return struct{}{}, nil
}

// userMap maps root inside to this user outside.
func userMap(id int) string { return fmt.Sprintf("0 %d 1", id) }

func newUser(stage string, args any) Command {
	return Command{
		Stage: stage, Args: args, Clone: unix.CLONE_NEWUSER | unix.CLONE_NEWPID,
		UIDMap: userMap(os.Getuid()), GIDMap: userMap(os.Getgid()),
	}
}

// needUserNamespace skips where the kernel forbids user namespaces.
func needUserNamespace(t *testing.T) {
	t.Helper()
	if err := Run(t.Context(), nil, newUser("describe", ""), nil); errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSPC) {
		t.Skipf("this machine forbids user namespaces: %v", err)
	}
}

func TestRunGivesArgumentsFilesAndResult(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	fmt.Fprint(w, "by descriptor")
	w.Close()
	var got description
	c := Command{Stage: "describe", Args: "by pipe", Files: []*os.File{r}, Env: []string{"GREETING=by environment"}}
	if err := Run(t.Context(), nil, c, &got); err != nil {
		t.Fatal(err)
	}
	if got.Args != "by pipe" || got.File != "by descriptor" || got.Env != "by environment" {
		t.Errorf("child saw %+v; want what it was passed", got)
	}
}

func TestBornAsRootAndFirstInNewNamespaces(t *testing.T) {
	needUserNamespace(t)
	var got description
	if err := Run(t.Context(), nil, newUser("describe", ""), &got); err != nil {
		t.Fatal(err)
	}
	if got.PID != 1 || got.UID != 0 {
		t.Errorf("child saw pid %d, uid %d; want 1, 0", got.PID, got.UID)
	}
	if ours, _ := os.Readlink("/proc/self/ns/user"); got.UserNS == ours {
		t.Errorf("child's user namespace = %s; want another than ours", got.UserNS)
	}
}

func TestJoinEntersTheNamespacesOfAnother(t *testing.T) {
	needUserNamespace(t)
	standing, err := Start(nil, newUser("hang", struct{}{}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = standing.Kill(); _, _ = standing.Wait() })
	want, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/user", standing.PID))
	if err != nil {
		t.Fatal(err)
	}
	var got description
	c := Command{Stage: "describe", Args: "", JoinPID: standing.PID, Join: unix.CLONE_NEWUSER | unix.CLONE_NEWPID}
	if err := Run(t.Context(), nil, c, &got); err != nil {
		t.Fatal(err)
	}
	if got.PID < 2 || got.UID != 0 {
		t.Errorf("joined as pid %d, uid %d; want a small pid above 1, and uid 0", got.PID, got.UID)
	}
	// /proc still shows the outer namespace, in which "self" is the joined child.
	if got.UserNS != want {
		t.Errorf("joined user namespace = %s; want %s", got.UserNS, want)
	}
}

func TestFollowReportsCallsInOrder(t *testing.T) {
	var calls []string
	trace := sys.NewTracer(func(c sys.Call) { calls = append(calls, c.Name) })
	if err := Run(t.Context(), trace, Command{Stage: "execute", Args: []string{"/bin/sh", "-c", "exit 0"}}, nil); err != nil {
		t.Fatal(err)
	}
	if want := []string{"clone", "execve"}; !slices.Equal(calls, want) {
		t.Errorf("calls = %v; want %v", calls, want)
	}
}

func TestErrorsKeepTheirErrno(t *testing.T) {
	err := Run(t.Context(), nil, Command{Stage: "fail", Args: "/no/such/directory"}, nil)
	if !errors.Is(err, unix.ENOENT) || !strings.Contains(err.Error(), "on purpose") {
		t.Errorf("Run(fail) = %v; want the stage's words and ENOENT", err)
	}
	err = Run(t.Context(), nil, Command{Stage: "execute", Args: []string{"/no/such/program"}}, nil)
	if !errors.Is(err, unix.ENOENT) {
		t.Errorf("Run(execute) = %v; want ENOENT", err)
	}
	err = Run(t.Context(), nil, Command{Stage: "unheard-of"}, nil)
	if err == nil || !strings.Contains(err.Error(), "unheard-of") {
		t.Errorf("Run(unheard-of) = %v; want its name", err)
	}
}

func TestCancelledContextKillsTheChild(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	err := Run(ctx, nil, Command{Stage: "hang", Args: struct{}{}}, nil)
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 30*time.Second {
		t.Errorf("Run(hang) = %v after %v; want the deadline at once", err, time.Since(start))
	}
}

// TestRefusedBirth sees that a child does nothing where Born fails.
func TestRefusedBirth(t *testing.T) {
	refused := errors.New("not today")
	var born int
	c := Command{Stage: "hang", Args: struct{}{}, Born: func(pid int) error { born = pid; return refused }}
	if err := Run(t.Context(), nil, c, nil); !errors.Is(err, refused) {
		t.Errorf("Run = %v; want %v", err, refused)
	}
	if err := unix.Kill(born, 0); !errors.Is(err, unix.ESRCH) {
		t.Errorf("kill(%d, 0) = %v; want ESRCH: the child is to be gone", born, err)
	}
}

// TestManyAtOnce forks from many threads while the garbage collector runs.
func TestManyAtOnce(t *testing.T) {
	const n = 40
	done := make(chan error, n)
	for range n {
		go func() {
			var got description
			garbage := make([]byte, 1<<20)
			err := Run(context.Background(), nil, Command{Stage: "describe", Args: string(garbage[:10])}, &got)
			done <- err
		}()
	}
	for range n {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// TestInheritedOnce lists a descriptor thrice, as that of /dev/null is: it is one
// file, since of three each would be closed when the collector finds it, and the
// number may be another file's by then.
func TestInheritedOnce(t *testing.T) {
	fd, err := unix.Open(os.DevNull, unix.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	files, err := inherited(fmt.Sprintf("%d,%d,%d,0,%d", fd, fd, fd, fd))
	if err != nil {
		t.Fatal(err)
	}
	defer files[0].Close()
	if files[1] != files[0] || files[2] != files[0] || files[4] != files[0] {
		t.Errorf("a descriptor that is listed often = %v; want one file", files)
	}
	if files[3] != os.Stdin {
		t.Errorf("descriptor 0 = %v; want os.Stdin, which is never collected", files[3])
	}
}
