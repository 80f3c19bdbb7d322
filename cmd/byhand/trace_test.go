package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/lessons"
)

// TestPrintedCallsAreMade compares what byhand prints with what strace sees:
// each printed call was made, by the process named, and in the order printed.
func TestPrintedCallsAreMade(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed: apt-get install strace")
	}
	home := unlocked(t)
	for _, l := range lessons.Syllabus() {
		t.Run(l.Name, func(t *testing.T) {
			if why := lack(t, l); why != "" {
				t.Skipf("the lesson can't run here: %s", why)
			}
			var how []string
			unseen := "(none)"
			if strings.HasPrefix(l.Name, "cgroup-") {
				// A hog that stops for strace at each of its writes would be
				// measured for strace's speed. So those are not traced; what
				// they wrote, the lesson's checks read back.
				how, unseen = []string{"--seccomp-bpf", "-e", "trace=!write"}, "write("
			}
			log := filepath.Join(t.TempDir(), "strace")
			args := append(how, "-f", "-qq", "--pidns-translation", "-s", "4096", "-o", log, "byhand", l.Name, "--yes")
			c := byhand(t, home, args...)
			// byhand's environment, and this binary by its name, in strace's hands.
			c.Args[0], c.Path = strace, strace
			c.Args[slices.Index(c.Args, "byhand")] = binary(t)
			// Wide enough for the longest call, a veth with the names of both ends.
			c.Env = append(c.Env, "COLUMNS=2000")
			out, err := c.Output()
			if err != nil {
				t.Fatalf("byhand under strace: %v: %s\n%s", err, failure(err), tail(out))
			}
			var printed []string
			for line := range strings.Lines(string(out)) {
				call, found := strings.CutPrefix(strings.TrimSpace(line), "kernel | ")
				if found && !strings.HasPrefix(caller.ReplaceAllString(call, ""), unseen) {
					printed = append(printed, call)
				}
			}
			if len(printed) < 5 {
				t.Errorf("%d calls printed; want 5 or more", len(printed))
			}
			if missing := firstMissing(printed, readTrace(t, log)); missing != "" {
				t.Fatalf("printed but not made, or not in this order: %s", missing)
			}
		})
	}
}

// binary is this test binary as a program that is byhand by name.
func binary(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "byhand")
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	return link
}

// failure is what a command that failed has said on standard error.
func failure(err error) []byte {
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		return ended.Stderr
	}
	return nil
}

// tail is the end of a long text, where it says what went wrong.
func tail(text []byte) []byte {
	const most = 4000
	return text[max(0, len(text)-most):]
}

// A tracedCall is one call that strace saw, from its beginning to its end,
// counted in lines of the log.
type tracedCall struct {
	process    string
	text       string
	begin, end int
}

// firstMissing returns the first printed call that no traced call stands for.
// Two processes run at once, so a later line may stand for a call that began
// earlier; what may not be is that it had ended before an earlier one began.
func firstMissing(printed []string, traced []tracedCall) string {
	used := make([]bool, len(traced))
	begun := 0
printed:
	for _, call := range printed {
		process, text := "", normal(call)
		if m := caller.FindStringSubmatch(call); m != nil {
			process = m[1]
		}
		for i, c := range traced {
			if used[i] || !stands(c.text, text) || c.end < begun || process != "" && process != c.process {
				continue
			}
			used[i], begun = true, max(begun, c.begin)
			continue printed
		}
		return call
	}
	return ""
}

// unreturned reports whether a line of strace's says that a process was killed.
func unreturned(text string) bool {
	return text == "+++ killed by SIGKILL +++" || strings.HasPrefix(text, "<... execve resumed>") && strings.HasSuffix(text, "= ?")
}

// stands reports whether a traced call is the printed one. Of what was read,
// byhand prints the beginning, and here strace tells all.
func stands(traced, printed string) bool {
	if beginning, rest, cut := strings.Cut(printed, `"..., `); cut && strings.HasPrefix(printed, "read(") {
		return strings.HasPrefix(traced, beginning) && strings.HasSuffix(traced, `", `+rest)
	}
	return traced == printed
}

// readTrace returns strace's calls in the order of their ends.
func readTrace(t *testing.T, log string) []tracedCall {
	t.Helper()
	f, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	begun, executing := map[string]tracedCall{}, tracedCall{}
	process := map[string]string{}
	var calls []tracedCall
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 0; lines.Scan(); n++ {
		thread, text, _ := strings.Cut(lines.Text(), " ")
		text = strings.TrimSpace(text)
		call := tracedCall{process: thread, text: text, begin: n, end: n}
		// What stands before " <unfinished" is the call so far, to the byte: that
		// of an output argument ends with the blank after a comma.
		if start, found := strings.CutSuffix(text, " <unfinished ...>"); found {
			call.text = start
			begun[thread] = call
			if strings.HasPrefix(start, "execve") {
				executing = call
			}
			continue
		}
		// Who is killed the moment that it runs its program never comes back from
		// the call: strace says so, or says nothing but that it was killed.
		if unreturned(text) && strings.HasPrefix(begun[thread].text, "execve") {
			text = "<... execve resumed>) = 0"
		}
		if _, end, found := strings.Cut(text, " resumed>"); found {
			first := begun[thread]
			delete(begun, thread)
			// An execve by another thread than the first ends under the first's pid.
			if strings.HasPrefix(text, "<... execve") && !strings.HasPrefix(first.text, "execve") {
				first = executing
			}
			call.text, call.begin = first.text+end, first.begin
		}
		if m := newThread.FindStringSubmatch(call.text); m != nil {
			process[m[1]] = thread
		}
		call.text = normal(call.text)
		calls = append(calls, call)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	for i := range calls {
		for leader, found := process[calls[i].process]; found; leader, found = process[leader] {
			calls[i].process = leader
		}
	}
	return calls
}

var (
	newThread = regexp.MustCompile(`^clone3?\(.*CLONE_THREAD.*= (?:\d+ /\* )?(\d+)(?: in strace's PID NS \*/)?$`)
	caller    = regexp.MustCompile(`^\[pid (\d+)\] `)
	refusal   = regexp.MustCompile(`\([A-Z][^()]*\)$`)
	spaces    = regexp.MustCompile(`\s+= `)
	outside   = regexp.MustCompile(` /\* \d+ in strace's PID NS \*/`)
	// strace gives the address of a file system type that the flags make void.
	voidType = regexp.MustCompile(`, 0x[0-9a-f]+, MS_`)
	// To decode a netlink message, strace asks which protocol the socket is of,
	// and finds only those of the network namespace that it is in itself. Of
	// the lesson's it knows the frame. So names and numbers of a message's type
	// and flags are made one; and of a request, what follows its head is not
	// compared here, beside its length: one side has words there, the other
	// bytes. In lab/sys, where strace is in the namespace, they are compared
	// in full. Answers are compared to the last field.
	netlinkType  = regexp.MustCompile(`nlmsg_type=(\w+)(?: /\* NLMSG_\?\?\? \*/)?`)
	netlinkFlags = regexp.MustCompile(`nlmsg_flags=([\w|]+)`)
	netlinkBody  = regexp.MustCompile(`^(sendto\(\d+, \[\{[^}]*\}).*(\], \d+, 0, \{sa_family=AF_NETLINK)`)
	variables    = regexp.MustCompile(`0x[0-9a-f]+ (/\* \d+ vars? \*/)`)
)

// normal takes away what strace pads, the environment's address, byhand's mark
// of a call that was refused, and how strace begins the words of an error.
func normal(call string) string {
	call = strings.TrimPrefix(caller.ReplaceAllString(call, ""), "! ")
	call = refusal.ReplaceAllStringFunc(call, strings.ToLower)
	call = outside.ReplaceAllString(call, "")
	call = netlinkType.ReplaceAllStringFunc(call, func(text string) string {
		return "nlmsg_type=" + netlinkNumber(netlinkType.FindStringSubmatch(text)[1])
	})
	call = netlinkFlags.ReplaceAllStringFunc(call, func(text string) string {
		return "nlmsg_flags=" + netlinkNumber(netlinkFlags.FindStringSubmatch(text)[1])
	})
	call = netlinkBody.ReplaceAllString(call, "$1...$2")
	call = variables.ReplaceAllString(call, "[$1]")
	call = voidType.ReplaceAllString(call, `, "", MS_`)
	return spaces.ReplaceAllString(call, " = ")
}

// netlinkNumber is the number of a netlink type or of flags, from names and
// numbers joined by |; a name that it doesn't know stays, and so matches only
// itself.
func netlinkNumber(text string) string {
	numbers := map[string]uint64{
		"NLMSG_ERROR": unix.NLMSG_ERROR,
		"RTM_NEWLINK": unix.RTM_NEWLINK, "RTM_DELLINK": unix.RTM_DELLINK,
		"RTM_NEWADDR": unix.RTM_NEWADDR, "RTM_NEWROUTE": unix.RTM_NEWROUTE,
		"NLM_F_REQUEST": unix.NLM_F_REQUEST, "NLM_F_ACK": unix.NLM_F_ACK,
		"NLM_F_CREATE": unix.NLM_F_CREATE, "NLM_F_EXCL": unix.NLM_F_EXCL,
		"NLM_F_CAPPED": unix.NLM_F_CAPPED,
	}
	sum := uint64(0)
	for word := range strings.SplitSeq(text, "|") {
		n, found := numbers[word]
		if !found {
			var err error
			if n, err = strconv.ParseUint(word, 0, 32); err != nil {
				return text
			}
		}
		sum |= n
	}
	return fmt.Sprintf("%#x", sum)
}

func TestFirstMissing(t *testing.T) {
	traced := []tracedCall{
		{"1", "setns(3) = 0", 5, 7},
		{"2", "clone() = 1", 2, 9},
		{"1", "chroot(\".\") = 0", 11, 11},
		{"1", `read(5, "Name:\tsh\nUmask:\t0022\n", 4096) = 21`, 13, 13},
	}
	for _, test := range []struct {
		name    string
		printed []string
		want    string
	}{
		{"in order", []string{"clone() = 1", "[pid 1] setns(3) = 0", `[pid 1] chroot(".") = 0`}, ""},
		{"out of order", []string{`[pid 1] chroot(".") = 0`, "[pid 1] setns(3) = 0"}, "[pid 1] setns(3) = 0"},
		{"by another process", []string{"[pid 2] setns(3) = 0"}, "[pid 2] setns(3) = 0"},
		{"once, printed twice", []string{"clone() = 1", "clone() = 1"}, "clone() = 1"},
		{"the beginning of what was read", []string{`read(5, "Name:\tsh\n"..., 4096) = 21`}, ""},
		{"another beginning", []string{`read(5, "Name:\tcat\n"..., 4096) = 21`}, `read(5, "Name:\tcat\n"..., 4096) = 21`},
		{"another length", []string{`read(5, "Name:\tsh\n"..., 4096) = 22`}, `read(5, "Name:\tsh\n"..., 4096) = 22`},
		{"with another result", []string{"[pid 1] setns(3) = -1 EPERM"}, "[pid 1] setns(3) = -1 EPERM"},
	} {
		if got := firstMissing(test.printed, traced); got != test.want {
			t.Errorf("%s: firstMissing(%q) = %q; want %q", test.name, test.printed, got, test.want)
		}
	}
}

// netlinkTrace is what strace wrote outside of the network namespace: a request
// for a device and its answer, which two lines tell each.
const netlinkTrace = `7 sendto(5, [{nlmsg_len=40, nlmsg_type=0x10 /* NLMSG_??? */, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK|0x600, nlmsg_seq=1, nlmsg_pid=0}, "\x00\x00\x0b\x00"], 40, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12 <unfinished ...>
7 <... sendto resumed>)             = 40
7 recvfrom(5,  <unfinished ...>
7 <... recvfrom resumed>[{nlmsg_len=36, nlmsg_type=NLMSG_ERROR, nlmsg_flags=NLM_F_CAPPED, nlmsg_seq=1, nlmsg_pid=7}, {error=0, msg={nlmsg_len=40, nlmsg_type=0x10 /* NLMSG_??? */, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK|0x600, nlmsg_seq=1, nlmsg_pid=0}}], 4096, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, [112 => 12]) = 36
`

// TestFirstMissingOfNetlink wants the frame of a message to be compared where
// strace can't read the rest.
func TestFirstMissingOfNetlink(t *testing.T) {
	log := filepath.Join(t.TempDir(), "strace")
	if err := os.WriteFile(log, []byte(netlinkTrace), 0o600); err != nil {
		t.Fatal(err)
	}
	traced := readTrace(t, log)
	const (
		sent   = `[pid 7] sendto(5, [{nlmsg_len=40, nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK|NLM_F_EXCL|NLM_F_CREATE, nlmsg_seq=1, nlmsg_pid=0}, {ifi_family=AF_UNSPEC}, [[{nla_len=11, nla_type=IFLA_IFNAME}, "uplink"]]], 40, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 40`
		answer = `[pid 7] recvfrom(5, [{nlmsg_len=36, nlmsg_type=NLMSG_ERROR, nlmsg_flags=NLM_F_CAPPED, nlmsg_seq=1, nlmsg_pid=7}, {error=0, msg={nlmsg_len=40, nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK|NLM_F_EXCL|NLM_F_CREATE, nlmsg_seq=1, nlmsg_pid=0}}], 4096, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, [112 => 12]) = 36`
	)
	if got := firstMissing([]string{sent, answer}, traced); got != "" {
		t.Errorf("firstMissing = %q; want none", got)
	}
	if got := firstMissing([]string{answer, sent}, traced); got == "" {
		t.Error("firstMissing = none with the answer before the request; want one")
	}
	for _, test := range []struct{ call, was, is string }{
		{sent, "RTM_NEWLINK", "RTM_NEWADDR"},
		{sent, "RTM_NEWLINK", "RTM_UNKNOWN"},
		{sent, "|NLM_F_EXCL", ""},
		{sent, "nlmsg_len=40", "nlmsg_len=44"},
		{sent, "nlmsg_seq=1", "nlmsg_seq=2"},
		{sent, "40, 0, {sa", "44, 0, {sa"},
		{sent, "sendto(5", "sendto(6"},
		{sent, "= 40", "= -1 EPERM"},
		{answer, "error=0", "error=-EPERM"},
		{answer, "RTM_NEWLINK", "RTM_NEWADDR"},
		{answer, "nlmsg_pid=7", "nlmsg_pid=8"},
		{answer, "NLM_F_CAPPED", "0"},
		{answer, "= 36", "= 56"},
	} {
		call := strings.Replace(test.call, test.was, test.is, 1)
		if got := firstMissing([]string{call}, traced); got != call {
			t.Errorf("firstMissing with %q for %q = %q; want the call", test.is, test.was, got)
		}
	}
}
