package sys

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// traced are the system calls that the Tracer makes.
const traced = "read,readlinkat,uname,umount2,mount_setattr,openat2,chdir,fchdir,chroot,mount,sethostname,setdomainname,execve,openat,write,mkdirat,unlinkat,pidfd_send_signal,sched_setaffinity,bpf," +
	"setns,socket,bind,setsockopt,sendto,recvfrom," +
	"unshare,pivot_root,setsid,ioctl,dup3,mknodat,symlinkat,fchown,setgroups,setresgid,setresuid,prlimit64,prctl,capset,seccomp"

// reportFD is where a process under strace writes the calls as the Tracer
// wrote them, first of all the thread that makes them.
const reportFD = 3

// The calls to compare stand between two that can only be ours.
const (
	begin = "/the calls begin"
	end   = "/the calls end"
)

// TestAsStraceWritesIt makes each call under strace and compares what the
// Tracer wrote with what strace did.
func TestAsStraceWritesIt(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(calls())) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ours, theirs := underStrace(t, name)
			if len(ours) == 0 {
				t.Fatal("no call was reported")
			}
			for i := range max(len(ours), len(theirs)) {
				got, want := at(ours, i), at(theirs, i)
				if !same(got, want) {
					t.Errorf("call %d is written as\n%s; want, as strace writes it,\n%s", i+1, got, want)
				}
			}
		})
	}
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "nothing"
}

// underStrace returns what the Tracer and strace wrote of the same calls.
func underStrace(t *testing.T, name string) (ours, theirs []string) {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed: apt-get install strace")
	}
	dir := t.TempDir()
	report, err := os.Create(filepath.Join(dir, "report"))
	if err != nil {
		t.Fatal(err)
	}
	defer report.Close()
	run := func(attr *syscall.SysProcAttr) ([]byte, error) {
		// A file for each thread, so that no call is torn in two by another's.
		length := "4096"
		if name == "long" {
			length = fmt.Sprint(Shown)
		}
		c := exec.Command(strace, "-ff", "-qq", "-s", length, "-e", "signal=none", "-e", "trace="+traced,
			"-o", filepath.Join(dir, "thread"), "/proc/self/exe")
		// Not through strace's own /proc/self.
		c.Args[len(c.Args)-1], err = os.Executable()
		if err != nil {
			return nil, err
		}
		c.Env, c.ExtraFiles = append(os.Environ(), envCalls+"="+name), []*os.File{report}
		c.Dir, c.SysProcAttr = dir, attr
		return c.CombinedOutput()
	}
	out, err := run(apart())
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSPC) {
		// User namespaces are forbidden. An ordinary user can do no harm
		// without: the kernel refuses the calls, which are compared all the same.
		out, err = run(nil)
	}
	if strings.Contains(string(out), "PTRACE_TRACEME") {
		t.Skipf("this machine forbids tracing: %s", out)
	}
	if err != nil {
		t.Fatalf("strace: %v\n%s", err, out)
	}
	text, err := os.ReadFile(report.Name())
	if err != nil {
		t.Fatal(err)
	}
	thread, calls, _ := strings.Cut(string(text), "\n")
	log, err := os.ReadFile(filepath.Join(dir, "thread."+thread))
	if err != nil {
		t.Fatal(err)
	}
	return between(calls), between(string(log))
}

// apart has a process make its calls where they do the machine no harm.
func apart() *syscall.SysProcAttr {
	// With CLONE_NEWNS here, the runtime also makes the mounts private.
	attr := &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWNET, Pdeathsig: unix.SIGKILL}
	if os.Geteuid() != 0 {
		attr.Cloneflags = unix.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
	}
	return attr
}

// wake is how the Go runtime wakes a thread of its own, by an eventfd.
var wake = regexp.MustCompile(`^write\(\d+, "\\1\\0\\0\\0\\0\\0\\0\\0", 8\)`)

// between returns the lines between the two marks, without the report's own;
// an execve that succeeded is the last.
func between(text string) (calls []string) {
	inside := false
	for line := range strings.Lines(text) {
		switch line = strings.TrimSuffix(line, "\n"); {
		case strings.HasPrefix(line, fmt.Sprintf("chdir(%q)", begin)):
			inside = true
		case strings.HasPrefix(line, fmt.Sprintf("chdir(%q)", end)):
			return calls
		case !inside || wake.MatchString(line) || strings.HasPrefix(line, fmt.Sprintf("write(%d, ", reportFD)):
		default:
			calls = append(calls, line)
			if strings.HasPrefix(line, "execve(") && !strings.Contains(line, " = -1 ") {
				return calls
			}
		}
	}
	return calls
}

var (
	padding = regexp.MustCompile(`\)\s+= `)
	// Where not the process's first thread calls execve, strace tells its
	// result elsewhere; that it takes the first one's number tells as much.
	superseded = regexp.MustCompile(` <pid changed to \d+ \.\.\.>$`)
	variable   = regexp.MustCompile(`0x[0-9a-f]+ (/\* \d+ vars? \*/)`)
	// strace gives the address of a file system type that the flags make void.
	voidType = regexp.MustCompile(`, 0x[0-9a-f]+, MS_`)
	// strace says in which table it looked in vain.
	unknown = regexp.MustCompile(` /\* \w+_\?\?\? \*/`)
	errText = regexp.MustCompile(`\([^()]+\)$`)
)

// same reports whether both wrote the same, but for what can't be: addresses,
// the width of columns, how libc and Go capitalise an error's text.
func same(ours, theirs string) bool {
	theirs = padding.ReplaceAllString(theirs, ") = ")
	theirs = superseded.ReplaceAllString(theirs, ") = 0")
	theirs = variable.ReplaceAllString(theirs, "[$1]")
	theirs = voidType.ReplaceAllString(theirs, `, "", MS_`)
	theirs = unknown.ReplaceAllString(theirs, "")
	theirs = errText.ReplaceAllStringFunc(theirs, strings.ToLower)
	ours = unknown.ReplaceAllString(ours, "")
	ours = errText.ReplaceAllStringFunc(ours, strings.ToLower)
	return ours == theirs
}

// makeCalls runs under strace: it makes the calls of that name and reports
// each as the Tracer writes it.
func makeCalls(name string) error {
	runtime.LockOSThread()
	report := func(line string) { _, _ = unix.Write(reportFD, []byte(line+"\n")) }
	unix.CloseOnExec(reportFD)
	report(fmt.Sprint(unix.Gettid()))
	t := NewTracer(func(c Call) { report(c.String()) })
	prepared, err := prepare()
	if err != nil {
		return err
	}
	these, found := calls()[name]
	if !found {
		return fmt.Errorf("no calls are named %q", name)
	}
	_ = t.Chdir(begin)
	these(t, prepared)
	_ = t.Chdir(end)
	// This thread may have given up the right to kill what it has started, also by
	// its own death; the others have not.
	killed := make(chan error)
	go func() { killed <- unix.PidfdSendSignal(prepared.alive, unix.SIGKILL, nil, 0) }()
	if err := <-killed; !errors.Is(err, unix.ESRCH) { // some calls have killed it
		return err
	}
	return nil
}
