package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// A scenario is a command that is killed, and what leads to it. Commands are
// byhand's arguments.
type scenario struct {
	name string
	// once are done in a new world; what they make stays.
	once [][]string
	// before are done before each blow, and may fail: what they are to make or to
	// take away may be so already.
	before [][]string
	// crash kills every byhand after that, so that there is something to clean.
	crash bool
	// target is struck.
	target []string
	// after take away what a whole run of the target leaves on purpose, and may fail.
	after [][]string
	// engine tells that it is about containers: that ps is held against the kernel.
	engine bool
}

// sleeping are the arguments of the program that the containers run.
const sleeping = "1000000"

// engineScenarios are the verbs of the engine. files is a directory with root, the
// root of a container, root.tar, the same, and build, with a Dockerfile.
func engineScenarios(files, registry string) []scenario {
	root := filepath.Join(files, "root")
	box := []string{"--name", "box", "-p", "8080:80", "--memory", "100m", "--rootfs", root, "sleep", sleeping}
	lab := func(words ...string) []string { return append([]string{"lab"}, words...) }
	with := func(verb []string, more ...string) []string { return append(append([]string{"lab"}, verb...), more...) }
	run := [][]string{with([]string{"run", "-d"}, box...)}
	base := [][]string{lab("import", filepath.Join(files, "root.tar"), "base:1")}
	gone := [][]string{lab("rmi", "-f", "made:1")}
	remote := registry + "/base:1"
	list := []scenario{
		{name: "run", before: nil, target: run[0]},
		{name: "run-rm", target: lab("run", "--rm", "--name", "box", "-p", "8080:80", "--memory", "100m", "--rootfs", root, "true")},
		{name: "run-image", once: base, target: lab("run", "--rm", "--name", "box", "-v", "kept:/kept", "--tmpfs", "/scratch", "--read-only", "base:1", "true"),
			after: [][]string{lab("volume", "rm", "kept")}},
		{name: "create", target: with([]string{"create"}, box...)},
		{name: "start", before: [][]string{with([]string{"create"}, box...)}, target: lab("start", "box")},
		{name: "exec", before: run, target: lab("exec", "box", "true")},
		{name: "stop", before: run, target: lab("stop", "-t", "0", "box")},
		{name: "kill", before: run, target: lab("kill", "box")},
		{name: "restart", before: run, target: lab("restart", "-t", "0", "box")},
		{name: "rm", before: run, target: lab("rm", "-f", "box")},
		{name: "pause", before: run, target: lab("pause", "box")},
		{name: "unpause", before: append(run[:1:1], lab("pause", "box")), target: lab("unpause", "box")},
		{name: "update", before: run, target: lab("update", "--memory", "200m", "box")},
		{name: "rename", before: run, target: lab("rename", "box", "crate")},
		{name: "cp", before: run, target: lab("cp", filepath.Join(files, "build"), "box:/tmp")},
		{name: "commit", before: run, target: lab("commit", "box", "made:1"), after: gone},
		{name: "import", target: lab("import", filepath.Join(files, "root.tar"), "made:1"), after: gone},
		{name: "build", once: base, target: lab("build", "--no-cache", "-t", "made:1", filepath.Join(files, "build")), after: gone},
		{name: "rmi", before: [][]string{lab("import", filepath.Join(files, "root.tar"), "made:1")}, target: lab("rmi", "-f", "made:1"), after: gone},
		{name: "volume-create", target: lab("volume", "create", "kept"), after: [][]string{lab("volume", "rm", "kept")}},
		{name: "volume-rm", before: [][]string{lab("volume", "create", "kept")}, target: lab("volume", "rm", "kept"), after: [][]string{lab("volume", "rm", "kept")}},
		{name: "prune", before: [][]string{with([]string{"create"}, box...)}, target: lab("container", "prune", "-f")},
		{name: "push", once: append(base[:1:1], lab("tag", "base:1", remote)), target: lab("push", remote)},
		{name: "pull", once: append(base[:1:1], lab("tag", "base:1", remote), lab("push", remote), lab("rmi", "-f", "base:1")), before: [][]string{lab("rmi", "-f", remote)}, target: lab("pull", remote),
			after: [][]string{lab("rmi", "-f", remote)}},
		{name: "clean", before: run, crash: true, target: []string{"clean"}},
	}
	for i := range list {
		list[i].engine = true
		list[i].name = "lab-" + list[i].name
	}
	return list
}

// prepareFiles makes what build is about.
func prepareFiles(files string) error {
	build := filepath.Join(files, "build")
	if err := os.MkdirAll(build, 0o755); err != nil {
		return err
	}
	const dockerfile = "FROM base:1\nWORKDIR /work\nCOPY file /file\nRUN echo built >/built\nENV A=B\nCMD [\"true\"]\n"
	if err := os.WriteFile(filepath.Join(build, "Dockerfile"), []byte(dockerfile), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(build, "file"), []byte("text"), 0o644)
}

// lessonPrefix keeps the lessons' names from the verbs'.
const lessonPrefix = "lesson-"

// lessonScenario is a lesson, all of its steps.
func lessonScenario(name string) scenario {
	return scenario{name: lessonPrefix + name, once: [][]string{{"unlock", "--all"}}, target: []string{name, "--yes"}}
}

// cleanLesson is clean where a sandbox stands.
func cleanLesson() scenario {
	return scenario{name: "lesson-clean", once: [][]string{{"unlock", "--all"}}, before: [][]string{{"proc-mounts", "--yes", "--keep"}}, target: []string{"clean"}}
}

func (s scenario) String() string { return fmt.Sprintf("%s: byhand %q", s.name, s.target) }
