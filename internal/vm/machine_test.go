package vm

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// envRun names the variable that has the machines run: 1 for the course, all
// for the laws too.
const envRun = "BYHAND_VM"

// patience is how long a machine may take for one job. It ends what hangs; what
// is slow is seen in the log.
const patience = 15 * time.Minute

// A job is one thing to do in a machine of its own.
type job struct {
	name   string
	cgroup Cgroup
	// user is root or vagrant, who may sudo.
	user, command string
	// tests names the test that the command runs, which tells what it skips.
	tests string
}

// patience is twice as long for laws: those of cgroup-memory, whose hogs take all
// the memory that there is again and again, took 13 minutes on a busy machine.
func (j job) patience() time.Duration {
	if j.tests == "TestLaws" {
		return 2 * patience
	}
	return patience
}

// TestMachine goes through the course in emulated machines with systemd, on
// cgroup v2 and on v1, through sudo and as an ordinary user, and runs scripts that
// the lessons print, and the engine; nothing may stand afterwards.
//
// BYHAND_VM=all, with a longer -timeout, does so for every script and every user,
// makes the core lessons in the guided shell, and also holds each lesson to its laws
// there. That is left out otherwise for the time that it takes: starting a process
// takes some 30 times as long in there, and the laws do little else.
func TestMachine(t *testing.T) {
	if os.Getenv(envRun) == "" {
		missing := ""
		if pkgs := Missing(); len(pkgs) > 0 {
			missing = "apt-get install -y --no-install-recommends " + strings.Join(pkgs, " ") + " && "
		}
		t.Skipf("it takes minutes; this runs it: %s%s=1 go test -v -timeout 40m ./internal/vm", missing, envRun)
	}
	image, err := Build(t.Context(), "", func(s string) { t.Log(s) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { image.Close() })
	binaries := t.TempDir()
	compile(t, "build", binaries+"/", "./cmd/byhand")
	compile(t, "test", filepath.Join(binaries, "laws")+"/", "-c", "./lessons/...")
	compile(t, "test", filepath.Join(binaries, "byhand.test"), "-c", "./cmd/byhand")
	files := []File{
		{filepath.Join(binaries, "byhand"), "/usr/local/bin/byhand"},
		{filepath.Join(binaries, "laws"), "/opt/laws"},
		{filepath.Join(binaries, "byhand.test"), "/opt/byhand.test"},
		{"testdata/course.sh", "/opt/course.sh"},
		{"testdata/lab.sh", "/opt/lab.sh"},
	}
	warm := map[Cgroup]error{}
	for _, cgroup := range []Cgroup{CgroupV2, CgroupV1} {
		warm[cgroup] = image.Warm(t.Context(), cgroup)
		if err := warm[cgroup]; err != nil && !errors.Is(err, ErrNoCgroupV1) {
			t.Fatal(err)
		}
	}
	for _, j := range jobs(t, filepath.Join(binaries, "laws")) {
		t.Run(strings.Join([]string{j.cgroup.String(), j.user, j.name}, "/"), func(t *testing.T) {
			if err := warm[j.cgroup]; err != nil {
				t.Skip(err)
			}
			t.Parallel()
			begun := time.Now()
			r, err := image.Run(t.Context(), Order{Cgroup: j.cgroup, User: j.user, Command: j.command, Files: files, Timeout: j.patience()})
			t.Logf("%.0f s, %.0f s of CPU time", time.Since(begun).Seconds(), r.CPU.Seconds())
			if err != nil || r.Status != 0 {
				t.Fatalf("%s\nended with status %d, %v\n%s\n%s", j.command, r.Status, err, r.Stdout, r.Stderr)
			}
			if j.tests != "" {
				unskipped(t, j, r.Stdout)
			}
		})
	}
}

// compile runs the go command as the project is built.
func compile(t *testing.T, verb, output string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, "go", append([]string{verb, "-o", output}, args...)...)
	c.Dir = "../.."
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", c, err, out)
	}
}

// jobs are what this run does; of the laws, those in the directory.
func jobs(t *testing.T, dir string) []job {
	t.Helper()
	var jobs []job
	for _, cgroup := range []Cgroup{CgroupV2, CgroupV1} {
		// Only systemd on v2 hands a part of its tree to an ordinary user.
		unable := ""
		if cgroup == CgroupV1 {
			unable = "cgroup-cpu, cgroup-memory, pause"
		}
		jobs = append(jobs,
			job{name: "course-sudo", cgroup: cgroup, user: "vagrant", command: "/opt/course.sh 'sudo byhand'"},
			job{name: "course", cgroup: cgroup, user: "vagrant", command: "/opt/course.sh byhand '" + unable + "'"})
		for _, user := range []string{"root", "vagrant"} {
			// Scripts and engine differ most for whom systemd hands a part of the tree.
			special := user == "vagrant" && cgroup == CgroupV2
			if special || user == "root" && cgroup == CgroupV1 || os.Getenv(envRun) == "all" {
				jobs = append(jobs, job{name: "lab", cgroup: cgroup, user: user, command: "/opt/lab.sh"})
			}
			if special || user == "root" && os.Getenv(envRun) == "all" {
				jobs = append(jobs, job{name: "scripts", cgroup: cgroup, user: user, tests: "TestEveryPrintedScriptIsTakenAway",
					command: "/opt/byhand.test -test.v -test.run '^TestEveryPrintedScriptIsTakenAway$/" + scripts() + "'"})
			}
			if os.Getenv(envRun) == "all" && (user == "root" || cgroup == CgroupV2) {
				jobs = append(jobs, job{name: "by-hand", cgroup: cgroup, user: user, tests: "TestByHandAsPrinted",
					command: "/opt/byhand.test -test.v -test.run '^TestByHandAsPrinted$/" + core + "'"})
			}
		}
	}
	if os.Getenv(envRun) != "all" {
		return jobs
	}
	binaries, err := filepath.Glob(filepath.Join(dir, "*.test"))
	if err != nil || len(binaries) == 0 {
		t.Fatalf("no test binaries in %s: %v", dir, err)
	}
	for _, binary := range binaries {
		name := strings.TrimSuffix(filepath.Base(binary), ".test")
		list, err := output(t.Context(), binary, "-test.list", "^TestLaws$")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(list, "TestLaws") {
			continue
		}
		for _, cgroup := range []Cgroup{CgroupV2, CgroupV1} {
			for _, user := range []string{"root", "vagrant"} {
				jobs = append(jobs, job{name: "laws-" + name, cgroup: cgroup, user: user, tests: "TestLaws",
					command: "/opt/laws/" + name + ".test -test.run '^TestLaws$' -test.v"})
			}
		}
	}
	return jobs
}

// scripts chooses the lessons whose printed scripts are run: those of which a
// script depends on the version of cgroups, or all.
func scripts() string {
	if os.Getenv(envRun) == "all" {
		return ""
	}
	return "^cgroup-"
}

// core chooses the lessons that are made in the guided shell.
const core = "^(chroot|unshare|proc-mounts|cgroup-cpu|cgroup-memory|image-export|bind-mounts)$"

// unskipped wants the test to have been done. An ordinary user has no cgroup of
// their own on v1, and may lack what it takes to do a step wrongly.
func unskipped(t *testing.T, j job, out string) {
	t.Helper()
	if j.user == "vagrant" && j.cgroup == CgroupV1 && (strings.HasPrefix(j.name, "laws-cgroup") || j.name == "laws-pause") {
		return
	}
	if !strings.Contains(out, "--- PASS: "+j.tests) {
		t.Errorf("%s was not done:\n%s", j.tests, out)
	}
	able := 0
	if j.user == "vagrant" {
		able = strings.Count(out, "it takes root to do this wrongly")
	}
	if n := strings.Count(out, "--- SKIP"); n > able {
		t.Errorf("%d tests were skipped; want %d:\n%s", n, able, out)
	}
}
