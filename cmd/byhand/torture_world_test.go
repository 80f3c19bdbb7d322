package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/snapshot"
	"byhand/internal/torture"
	"byhand/lab/bench"
	"byhand/lab/network"
	"byhand/lab/rows"
	"byhand/lab/state"
	"byhand/lessons"
)

// worldName is this test binary as the first process of a world: mount, network
// and pid namespaces in which there is nobody but one byhand.
const worldName = "byhand-world"

// orders are what is to be done in a world.
type orders struct {
	// Scenario and Kind say what is struck, at the First call and each behind it,
	// or at as many of them as Drawn says, drawn by lot with Seed.
	Scenario string
	Kind     torture.Kind
	First    int
	Drawn    int
	Seed     uint64
	// Everyone has every byhand killed at once, not only the process that makes the
	// call.
	Everyone bool
	// Files are those of the engine's scenarios, Home is byhand's, Registry the
	// address of one.
	Files, Home, Registry string
	// Spoil has the world itself leave something behind in place of a blow, once for
	// each way, and say what was not seen of it.
	Spoil bool
}

// outcome is what came of one blow.
type outcome struct {
	// N is the call that was struck; 0 stands for a run that was not struck, of
	// which Calls tells the calls.
	N, Calls int
	// Last is the call.
	Last string `json:",omitempty"`
	// Problems say what was wrong afterwards.
	Problems []string `json:",omitempty"`
}

// worldMain does the orders in its second argument.
func worldMain() {
	if os.Getpid() == 1 {
		os.Exit(parent())
	}
	var o orders
	err := json.Unmarshal([]byte(os.Args[1]), &o)
	if err == nil {
		err = (&ground{orders: o}).run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// parent is a world's first process: it does the orders in a child, and forgets
// every orphan that has ended, as a machine's init does.
func parent() int {
	c := exec.Command("/proc/self/exe", os.Args[1:]...)
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		fmt.Fprintln(os.Stderr, "mount proc:", err)
		return 1
	}
	c.Args[0], c.Stdout, c.Stderr = worldName, os.Stdout, os.Stderr
	if err := c.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, 0, nil)
		if pid == c.Process.Pid || err != nil && !errors.Is(err, unix.EINTR) {
			return status.ExitStatus()
		}
	}
}

// A ground is a world, alone with one byhand.
type ground struct {
	orders
	scenario scenario
	before   snapshot.Snapshot
	kept     []string
}

func (w *ground) run() error {
	if err := network.Loopback(nil); err != nil {
		return err
	}
	all := engineScenarios(w.Files, w.Registry)
	for _, l := range lessons.Syllabus() {
		all = append(all, lessonScenario(l.Name))
	}
	all = append(all, cleanLesson())
	i := slices.IndexFunc(all, func(s scenario) bool { return s.name == w.Scenario })
	if i < 0 {
		return fmt.Errorf("no scenario %q", w.Scenario)
	}
	w.scenario = all[i]
	if w.scenario.name == "lab-push" || w.scenario.name == "lab-pull" {
		c := w.command("lab", "registry", "serve", "--address", w.Registry, "--dir", filepath.Join(w.Home, "..", "registry"))
		if err := c.Start(); err != nil {
			return err
		}
		defer func() { _ = c.Process.Kill() }()
		time.Sleep(300 * time.Millisecond) // or the first push fails, which is said
	}
	for _, words := range w.scenario.once {
		if out, err := w.byhand(words...); err != nil {
			return fmt.Errorf("%q: %w: %s", words, err, out)
		}
	}
	// What is made once for all, and stays, comes of a whole run.
	calls, _, problems := w.strike(0)
	if w.scenario.engine {
		problems = append(problems, w.next("at first")...)
	}
	if problems != nil {
		return fmt.Errorf("%s, not struck: %q", w.scenario, problems)
	}
	if err := w.tidy(); err != nil {
		return err
	}
	var err error
	if w.before, err = w.look(); err != nil {
		return err
	}
	w.kept = w.holdings()
	say := json.NewEncoder(os.Stdout)
	if err := say.Encode(outcome{Calls: calls}); err != nil {
		return err
	}
	if w.Spoil {
		return say.Encode(outcome{N: 1, Problems: w.spoil()})
	}
	var points []int
	for n := w.First; n <= calls; n++ {
		points = append(points, n)
	}
	if w.Drawn > 0 {
		rand.New(rand.NewPCG(w.Seed, 0)).Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
		points = points[:min(len(points), w.Drawn)]
	}
	for _, n := range points {
		made, last, problems := w.strike(n)
		if n > made {
			last = "" // this time there were fewer
		}
		problems = append(problems, w.aftermath(n)...)
		if err := say.Encode(outcome{N: n, Calls: made, Last: last, Problems: problems}); err != nil || problems != nil {
			return err // what is wrong here is wrong for the next ones too
		}
	}
	return nil
}

// command is byhand in the world.
func (w *ground) command(args ...string) *exec.Cmd {
	c := exec.Command("/proc/self/exe", args...)
	c.Args[0] = "byhand"
	c.Env = []string{"BYHAND_HOME=" + w.Home, "HOME=" + w.Home, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "LANG=C.UTF-8", "TERM=xterm", "COLUMNS=80"}
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return c
}

// wait is how long a command may take that is not to hang.
const wait = 90 * time.Second

// byhand runs one to its end, into a file: what it starts may keep a pipe open.
func (w *ground) byhand(args ...string) (string, error) { return w.finish(w.command(args...), nil) }

// finish runs a command; started, where set, does so in its place.
func (w *ground) finish(c *exec.Cmd, start func() error) (string, error) {
	out, err := os.CreateTemp("", "byhand-world.")
	if err != nil {
		return "", err
	}
	defer out.Close()
	_ = os.Remove(out.Name())
	c.Stdout, c.Stderr = out, out
	if start == nil {
		start = c.Start
	}
	if err := start(); err != nil {
		return "", err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	select {
	case err = <-ended:
	case <-time.After(wait):
		_ = c.Process.Kill()
		<-ended
		err = fmt.Errorf("it did not end within %v", wait)
	}
	text, _ := os.ReadFile(fmt.Sprintf("/proc/self/fd/%d", out.Fd()))
	return string(text), err
}

// strike leads to the target and kills what makes its n-th call; 0 kills nothing.
func (w *ground) strike(n int) (calls int, last string, problems []string) {
	for _, words := range w.scenario.before {
		_, _ = w.byhand(words...)
	}
	if w.scenario.crash {
		w.crash()
	}
	c := w.command(w.scenario.target...)
	var watch *torture.Watch
	begun := time.Now()
	out, err := w.finish(c, func() (err error) {
		watch, err = torture.Launch(c, w.Kind)
		if err == nil {
			strike := torture.Kill
			if w.Everyone {
				strike = func(int) { w.crash() }
			}
			go func() { _ = watch.Serve(isByhand, n, strike) }()
		}
		return err
	})
	if watch == nil {
		return 0, "", []string{err.Error()}
	}
	defer watch.Close() // when the engine has been looked at
	if time.Since(begun) >= wait {
		problems = append(problems, fmt.Sprintf("byhand %q hangs: %s", w.scenario.target, out))
	}
	if n == 0 && err != nil {
		problems = append(problems, fmt.Sprintf("byhand %q = %v: %s", w.scenario.target, err, out))
	}
	calls, last = watch.Counts()
	if w.scenario.engine {
		problems = append(problems, w.truthful()...)
		if n%2 == 1 {
			problems = append(problems, w.next("before clean")...)
		}
		problems = append(problems, w.removeAll()...)
	}
	return calls, last, problems
}

// isByhand reports whether a process is byhand itself, not what it runs.
func isByhand(pid int) bool {
	var theirs, ours unix.Stat_t
	if unix.Stat(fmt.Sprintf("/proc/%d/exe", pid), &theirs) == nil && unix.Stat("/proc/self/exe", &ours) == nil && theirs.Ino == ours.Ino && theirs.Dev == ours.Dev {
		return true
	}
	link, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return strings.Contains(link, "memfd:")
}

// crash kills every byhand but this one and the registry.
func (w *ground) crash() {
	list, _ := kernel.Processes()
	for _, s := range list {
		words, _ := kernel.CommandLine(s.PID)
		if s.PID != os.Getpid() && s.PID != 1 && isByhand(s.PID) && !slices.Contains(words, "registry") {
			_ = unix.Kill(s.PID, unix.SIGKILL)
		}
	}
}

// truthful wants ps to agree with the kernel within two seconds.
func (w *ground) truthful() []string {
	why := ""
	for deadline := time.Now().Add(2 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		out, err := w.byhand("lab", "ps", "-a", "--json")
		var list []rows.Details
		if err == nil {
			err = json.Unmarshal([]byte(out), &list)
		}
		if err != nil {
			return []string{fmt.Sprintf("ps = %v: %s", err, out)}
		}
		said, seen := []int{}, []int{}
		for _, d := range list {
			if d.State.Running {
				said = append(said, d.State.Pid)
			}
		}
		processes, _ := kernel.Processes()
		for _, s := range processes {
			if words, _ := kernel.CommandLine(s.PID); slices.Equal(words, []string{"sleep", sleeping}) && !s.Ended() {
				seen = append(seen, s.PID)
			}
		}
		if slices.Equal(said, seen) {
			return nil
		}
		why = fmt.Sprintf("ps says that these run: %v; the kernel has %v: %s", said, seen, out)
		if time.Now().After(deadline) {
			return []string{why}
		}
	}
}

// next wants another container to run.
func (w *ground) next(when string) []string {
	if out, err := w.byhand("lab", "run", "--rm", "--name", "next", "--rootfs", filepath.Join(w.Files, "root"), "true"); err != nil {
		return []string{fmt.Sprintf("the next run, %s, = %v: %s", when, err, out)}
	}
	return nil
}

// removeAll removes every container, and wants none to be left.
func (w *ground) removeAll() []string {
	out, err := w.byhand("lab", "ps", "-aq")
	if err != nil {
		return []string{fmt.Sprintf("ps -aq = %v: %s", err, out)}
	}
	ids := strings.Fields(out)
	if len(ids) == 0 {
		return nil
	}
	if out, err := w.byhand(append([]string{"lab", "rm", "-f"}, ids...)...); err != nil {
		return []string{fmt.Sprintf("rm -f %v = %v: %s", ids, err, out)}
	}
	return nil
}

// tidy brings the world to where it was before a blow.
func (w *ground) tidy() error {
	for _, words := range w.scenario.after {
		_, _ = w.byhand(words...)
	}
	if out, err := w.byhand("clean"); err != nil {
		return fmt.Errorf("clean = %w: %s", err, out)
	}
	return nil
}

// aftermath wants everything to be as before, and byhand to be of use.
func (w *ground) aftermath(n int) (problems []string) {
	if err := w.tidy(); err != nil {
		problems = append(problems, err.Error())
	}
	if w.scenario.engine && n%2 == 0 {
		problems = append(problems, w.next("after clean")...)
		if err := w.tidy(); err != nil {
			problems = append(problems, err.Error())
		}
	}
	var left []string
	for deadline := time.Now().Add(2 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var err error
		if left, err = w.left(); err != nil {
			return append(problems, err.Error())
		}
		if len(left) == 0 || time.Now().After(deadline) {
			break
		}
	}
	problems = append(problems, left...)
	if out, err := w.byhand("clean"); err != nil || out != "" {
		problems = append(problems, fmt.Sprintf("a second clean = %v, says %q", err, out))
	}
	return problems
}

// left says what is not as it was.
func (w *ground) left() (left []string, err error) {
	after, err := w.look()
	if err != nil {
		return nil, err
	}
	changes, err := snapshot.Compare(w.before, after, nil)
	if err != nil {
		return nil, err
	}
	mine := []string{state.Store{Dir: filepath.Join(w.Home, "lab")}.Group(), bench.GroupNames(filepath.Join(w.Home, "bench"))}
	for _, c := range changes {
		// The hierarchies are shared with other tests.
		if c.Section != "control groups" || slices.ContainsFunc(mine, func(name string) bool { return strings.Contains(c.Key, name) }) {
			left = append(left, fmt.Sprintf("of the %s %s: %s", c.Section, c.What, c))
		}
	}
	top := "none"
	for _, name := range w.holdings() {
		// The topmost of what is new says it; what is half written under a name of
		// its own, the next writing overwrites.
		if !slices.Contains(w.kept, name) && !strings.HasPrefix(name, top+"/") && !strings.HasSuffix(name, ".new") {
			top = name
			left = append(left, "file "+name)
		}
	}
	return left, nil
}

// spoil leaves one thing after the other behind, and says which was not seen.
func (w *ground) spoil() (unseen []string) {
	group := filepath.Join("/sys/fs/cgroup", "unified")
	if all, err := kernel.Hierarchies(0); err == nil && len(all) > 0 {
		group = all[0].MountPoint
	}
	group = filepath.Join(group, state.Store{Dir: filepath.Join(w.Home, "lab")}.Group()+"spoilt")
	file := filepath.Join(w.Home, "lab", "spoilt")
	var stray *exec.Cmd
	for _, way := range []struct {
		name     string
		do, undo func() error
	}{
		{"mount", func() error { return unix.Mount("x", w.Files, "tmpfs", 0, "") }, func() error { return unix.Unmount(w.Files, 0) }},
		{"cgroup", func() error { return os.Mkdir(group, 0o755) }, func() error { return os.Remove(group) }},
		{"file", func() error { return os.WriteFile(file, nil, 0o600) }, func() error { return os.Remove(file) }},
		{"process", func() error {
			stray = exec.Command("sleep", "1000")
			stray.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWUTS}
			return stray.Start()
		}, func() error {
			_ = stray.Process.Kill()
			_ = stray.Wait()
			return nil
		}},
		{"setting", func() error { return os.WriteFile("/proc/sys/net/ipv4/ip_default_ttl", []byte("65"), 0) },
			func() error { return os.WriteFile("/proc/sys/net/ipv4/ip_default_ttl", []byte("64"), 0) }},
	} {
		if err := way.do(); err != nil {
			unseen = append(unseen, fmt.Sprintf("%s: %v", way.name, err))
			continue
		}
		left, err := w.left()
		if err != nil || len(left) == 0 {
			unseen = append(unseen, fmt.Sprintf("%s: %v", way.name, err))
		}
		if err := way.undo(); err != nil {
			unseen = append(unseen, fmt.Sprintf("%s: %v", way.name, err))
		}
		if left, err := w.left(); err != nil || len(left) > 0 {
			unseen = append(unseen, fmt.Sprintf("after %s: %v, %q", way.name, err, left))
		}
	}
	return unseen
}

func (w *ground) look() (snapshot.Snapshot, error) {
	return snapshot.Take(snapshot.Options{Own: []string{w.Home}})
}

var digits = regexp.MustCompile(`[0-9a-f]{10,64}|[0-9]{4,}`)

// holdings lists the files that byhand keeps, whatever IDs they are called by.
func (w *ground) holdings() (names []string) {
	_ = filepath.WalkDir(w.Home, func(path string, _ fs.DirEntry, err error) error {
		// What is whole in the store, or is to go on from there, waits for a prune.
		whole := slices.ContainsFunc([]string{"blobs", "layers", "cache", "partial"}, func(dir string) bool {
			return strings.HasPrefix(path, filepath.Join(w.Home, "lab", "images", dir))
		})
		if err == nil && !whole {
			names = append(names, digits.ReplaceAllString(strings.TrimPrefix(path, w.Home), "ID"))
		}
		return nil
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// enter starts a world and hands each outcome to told.
func (o orders) enter(ctx context.Context, told func(outcome)) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	c := exec.CommandContext(ctx, "/proc/self/exe", string(text))
	c.Args[0] = worldName
	var stderr bytes.Buffer
	c.Stderr = &stderr
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWPID, Unshareflags: unix.CLONE_NEWNS | unix.CLONE_NEWNET, Pdeathsig: unix.SIGKILL,
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	lines := json.NewDecoder(out)
	for {
		var one outcome
		if err := lines.Decode(&one); err != nil {
			break
		}
		told(one)
	}
	if err := c.Wait(); err != nil {
		return fmt.Errorf("%w: %s", err, stderr.String())
	}
	return nil
}
