package kernel

import (
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"byhand/internal/rerun"
)

func TestParseStat(t *testing.T) {
	const rest = " 7 8 9 34816 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 6 7"
	for text, want := range map[string]Stat{
		"42 (cat) S" + rest:        {42, "cat", "S", 7, 8, 9, 34816, -1, false, 12345},
		"42 (a) R 1 (b)) Z" + rest: {42, "a) R 1 (b)", "Z", 7, 8, 9, 34816, -1, false, 12345},
		"42 (a\nb ) X" + rest:      {42, "a\nb ", "X", 7, 8, 9, 34816, -1, false, 12345},
		"2 (kthreadd) S 0 0 0 0 -1 2129984 1 2 3 4 5 6 7 8 20 0 1 0 1 6 7": {2, "kthreadd", "S", 0, 0, 0, 0, -1, true, 1},
		"42 () S" + rest + "\n": {42, "", "S", 7, 8, 9, 34816, -1, false, 12345},
	} {
		got, err := ParseStat(text)
		if err != nil || got != want || got.Ended() != (want.State != "S") {
			t.Errorf("ParseStat(%q) = %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, bad := range []string{
		"", "42", "42 (cat", "42 cat) S" + rest, ") (", "42) (cat S" + rest, "x (cat) S" + rest, "42 (cat) S 7 8 9", "42 (cat) S x" + rest,
		"42 (cat) S" + strings.Replace(rest, "12345", "-1", 1), "42 (cat) S" + strings.Replace(rest, " 7 8 9", " 7 8 x", 1),
	} {
		if got, err := ParseStat(bad); err == nil {
			t.Errorf("ParseStat(%q) = %+v; want an error", bad, got)
		}
	}
}

func TestTerminalDevice(t *testing.T) {
	for packed, want := range map[int]Device{0: {}, 34816: {136, 0}, 34816 + 7: {136, 7}, 1<<20 + 34816 + 3: {136, 259}, 1025: {4, 1}} {
		if got := (Stat{Terminal: packed}).TerminalDevice(); got != want {
			t.Errorf("TerminalDevice of %d = %v; want %v", packed, got, want)
		}
	}
}

// descendantsByPS walks down with ps(1).
func descendantsByPS(t *testing.T, pid int) []int {
	t.Helper()
	// It exits with 1 where there is no child.
	text, _ := exec.Command(command(t, "ps"), "-o", "pid=", "--ppid", strconv.Itoa(pid)).Output()
	var all []int
	for _, f := range strings.Fields(string(text)) {
		child, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(append(all, child), descendantsByPS(t, child)...)
	}
	return all
}

func pidsOf(all []Stat) []int {
	var pids []int
	for _, s := range all {
		pids = append(pids, s.PID)
	}
	return pids
}

func TestDescendants(t *testing.T) {
	// A child, a grandchild and a zombie, all on the same input. The zombie
	// ends only once its parent is a program that does not reap it.
	cmd := exec.Command("sh", "-c", `exec 3<&0; sh -c 'cat <&3; :' &
		sh -c 'while read -r name <"/proc/$PPID/comm" && [ "$name" != cat ]; do :; done' & echo; exec cat`)
	cmd.Dir = "/"
	pid := rerun.Start(t, cmd, nil)
	var got []Stat
	eventually(t, "Descendants with a child, a grandchild and a zombie", func() bool {
		var err error
		got, err = Descendants(pid)
		if err != nil {
			t.Fatal(err)
		}
		return len(got) == 3 && slices.ContainsFunc(got, Stat.Ended)
	})
	want := descendantsByPS(t, pid)
	for i, s := range got {
		if s.Parent != pid && !slices.Contains(pidsOf(got[:i]), s.Parent) {
			t.Errorf("Descendants(%d) = %+v; want each behind its parent", pid, got)
		}
	}
	pids := pidsOf(got)
	slices.Sort(pids)
	slices.Sort(want)
	if !slices.Equal(pids, want) {
		t.Errorf("Descendants(%d) = %v; want %v, as of ps", pid, pids, want)
	}
	children, err := Children(pid)
	if err != nil || len(children) != 2 || children[0].Parent != pid || children[1].Parent != pid {
		t.Errorf("Children(%d) = %+v, %v; want two", pid, children, err)
	}
	if ours, err := Descendants(0); err != nil || !slices.Contains(pidsOf(ours), pids[2]) {
		t.Errorf("Descendants(0) = %+v, %v; want our own, with %d", ours, err, pids[2])
	}
}

// TestDescendantsOfCircle is of lists in which pids were given away again
// while they were read.
func TestDescendantsOfCircle(t *testing.T) {
	top := Stat{PID: 1, Start: 5}
	tests := []struct {
		all  []Stat
		want []int
	}{
		{[]Stat{top, {PID: 2, Parent: 1, Start: 5}, {PID: 3, Parent: 2, Start: 9}, {PID: 4, Parent: 1, Start: 7}}, []int{2, 4, 3}},
		{[]Stat{top, {PID: 2, Parent: 1, Start: 4}, {PID: 3, Parent: 2, Start: 9}}, nil},
		{[]Stat{{PID: 1, Parent: 3, Start: 5}, {PID: 2, Parent: 1, Start: 5}, {PID: 3, Parent: 2, Start: 5}}, []int{2, 3}},
	}
	for _, tt := range tests {
		if got := pidsOf(descendantsOf(tt.all, top)); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("descendantsOf(%+v) = %v; want %v", tt.all, got, tt.want)
		}
	}
}

func TestProcesses(t *testing.T) {
	pid := stand(t, &syscall.SysProcAttr{}, "stand", nil)
	pids, err := PIDs()
	if err != nil || !slices.IsSorted(pids) || !slices.Contains(pids, pid) || !slices.Contains(pids, os.Getpid()) {
		t.Errorf("PIDs() = %v, %v; want them sorted, with %d and %d", pids, err, pid, os.Getpid())
	}
	all, err := Processes()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(s Stat) bool { return s.PID == pid })
	if i < 0 || all[i].Parent != os.Getpid() {
		t.Errorf("Processes() = %+v; want %d of %d", all, pid, os.Getpid())
	}
	start, err := StartTime(pid)
	if err != nil || all[max(i, 0)].Start != start {
		t.Errorf("StartTime(%d) = %d, %v; want %+v's", pid, start, err, all[max(i, 0)])
	}
}

func TestLinksAndEnviron(t *testing.T) {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if cwd, err := CwdLink(0); err != nil || cwd != dir {
		t.Errorf("CwdLink(0) = %q, %v; want %q", cwd, err, dir)
	}
	// Its environment can be read once execve(2) is over, which its word shows.
	cmd := exec.Command("sh", "-c", "echo; read -r end; :")
	cmd.Dir, cmd.Env = "/proc", []string{"A=1", "B=two words\n", "C="}
	pid := rerun.Start(t, cmd, nil)
	if cwd, err := CwdLink(pid); err != nil || cwd != "/proc" {
		t.Errorf("CwdLink(%d) = %q, %v; want /proc", pid, cwd, err)
	}
	ours, err1 := RootLink(0)
	theirs, err2 := RootLink(pid)
	if ours == "" || ours != theirs {
		t.Errorf("RootLink = %q, %v, of a child %q, %v; want the same", ours, err1, theirs, err2)
	}
	if got, err := Environ(pid); err != nil || !slices.Equal(got, cmd.Env) {
		t.Errorf("Environ(%d) = %q, %v; want %q", pid, got, err, cmd.Env)
	}
}

func TestEnvironOfNone(t *testing.T) {
	cmd := exec.Command("sh", "-c", "echo; read -r end; :")
	cmd.Env = []string{}
	pid := rerun.Start(t, cmd, nil)
	if got, err := Environ(pid); err != nil || got != nil {
		t.Errorf("Environ(%d) of a process without = %q, %v; want none", pid, got, err)
	}
}
