package sys

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestErrorNamesCallCauseAndCapability(t *testing.T) {
	for _, test := range []struct {
		name  string
		errno unix.Errno
		want  string
	}{
		{"chroot", unix.EPERM, `chroot("/a", 1): operation not permitted (it needs CAP_SYS_CHROOT; sudo gives it, and so does a user namespace of your own)`},
		{"chroot", unix.ENOENT, `chroot("/a", 1): no such file or directory`},
		{"mount", unix.EPERM, `mount("/a", 1): operation not permitted (it needs CAP_SYS_ADMIN in the user namespace that owns the namespace concerned)`},
		{"mount", unix.EBUSY, `mount("/a", 1): device or resource busy`},
		{"clone", unix.EPERM, "clone(\"/a\", 1): operation not permitted (it needs CAP_SYS_ADMIN, or permission to create user namespaces: see `byhand doctor`)"},
		{"chdir", unix.EPERM, `chdir("/a", 1): operation not permitted`},
	} {
		err := NewTracer(nil).Result(test.name, -1, test.errno, `"/a"`, "1")
		if err == nil || err.Error() != test.want {
			t.Errorf("Result(%s, %v) = %v; want %s", test.name, test.errno, err, test.want)
		}
		var refused *Error
		if !errors.Is(err, test.errno) || !errors.As(err, &refused) || refused.Call.Name != test.name {
			t.Errorf("Result(%s, %v) = %#v; want an Error that unwraps to the errno and has the call", test.name, test.errno, err)
		}
	}
}

// TestRefusalOfTheKernel has the real kernel refuse.
func TestRefusalOfTheKernel(t *testing.T) {
	var seen []Call
	trace := NewTracer(func(c Call) { seen = append(seen, c) })
	err := trace.Chroot("/no/such/directory")
	if !errors.Is(err, unix.ENOENT) {
		t.Errorf("Chroot of nothing = %v; want ENOENT", err)
	}
	if len(seen) != 1 || !seen[0].Failed() || seen[0].Errno != "ENOENT" || seen[0].Ret != -1 {
		t.Errorf("Chroot of nothing was recorded as %+v; want one call that failed", seen)
	}
	// A path that C can't have never reaches the kernel, and is refused too.
	if err := trace.Chdir("a\x00b"); !errors.Is(err, unix.EINVAL) {
		t.Errorf("Chdir of a path with a zero byte = %v; want EINVAL", err)
	}
}

func TestResults(t *testing.T) {
	for _, test := range []struct {
		call  Call
		errno unix.Errno
		want  string
	}{
		{Call{Name: "clone", Args: []string{"flags=SIGCHLD"}, Ret: 17}, 0, "clone(flags=SIGCHLD) = 17"},
		{Call{Name: "getpid"}, 0, "getpid() = 0"},
		{Call{Name: "setns", Args: []string{"5", "0"}, Ret: 3}, unix.EINVAL, "setns(5, 0) = -1 EINVAL (invalid argument)"},
		{Call{Name: "bpf", Ret: 3}, 524, "bpf() = -1 ERRNO_524 (errno 524)"},
	} {
		var got Call
		err := NewTracer(func(c Call) { got = c }).ResultOf(test.call, test.errno)
		if got.String() != test.want {
			t.Errorf("ResultOf(%+v, %d) recorded %s; want %s", test.call, int(test.errno), got, test.want)
		}
		if failed := test.errno != 0; (err != nil) != failed || got.Failed() != failed {
			t.Errorf("ResultOf(%+v, %d) = %v, recorded as failed: %v; want %v", test.call, int(test.errno), err, got.Failed(), failed)
		}
	}
}

// TestNobodyWatches sees that the same functions serve where nobody does.
func TestNobodyWatches(t *testing.T) {
	var nobody *Tracer
	if err := nobody.Chdir("."); err != nil {
		t.Errorf("Chdir on a nil Tracer = %v; want nil", err)
	}
	if err := nobody.Chdir("/no/such/directory"); !errors.Is(err, unix.ENOENT) {
		t.Errorf("Chdir of nothing on a nil Tracer = %v; want ENOENT", err)
	}
	nobody.Report(Call{})
}

func TestExecveIsRecordedBeforeAndCorrectedAfter(t *testing.T) {
	var seen []string
	err := NewTracer(func(c Call) { seen = append(seen, c.String()) }).Execve("/no/such/program", []string{"a", "b"}, []string{"A=1"})
	want := `execve("/no/such/program", ["a", "b"], [/* 1 var */]) = 0
execve("/no/such/program", ["a", "b"], [/* 1 var */]) = -1 ENOENT (no such file or directory)`
	if got := strings.Join(seen, "\n"); got != want || !errors.Is(err, unix.ENOENT) {
		t.Errorf("Execve of nothing = %v, recorded as\n%s; want ENOENT and\n%s", err, got, want)
	}
}
