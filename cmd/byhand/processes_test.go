package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// processes lists what runs of a byhand with this home that led this session,
// by pid: its descendants keep the session, whatever root, environment or pid
// namespace they have; one that left the session is known by its root, its
// working directory or its environment.
func processes(home string, session int) map[int]string {
	found := map[int]string{}
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		stat, err := os.ReadFile(dir + "/stat")
		if err != nil || pid == os.Getpid() {
			continue
		}
		// The name in brackets may hold anything; see proc_pid_stat(5).
		text := string(stat)
		fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
		if fields[0] == "Z" || fields[0] == "X" {
			continue
		}
		root, _ := os.Readlink(dir + "/root")
		cwd, _ := os.Readlink(dir + "/cwd")
		env, _ := os.ReadFile(dir + "/environ")
		if fields[3] == strconv.Itoa(session) || strings.HasPrefix(root, home) || strings.HasPrefix(cwd, home) ||
			strings.Contains(string(env), "BYHAND_HOME="+home+"\x00") || strings.Contains(string(env), "BYHAND_BENCH="+home) {
			cmdline, _ := os.ReadFile(dir + "/cmdline")
			found[pid] = fmt.Sprintf("process %d: %q, root %q", pid, cmdline, root)
		}
	}
	return found
}

// noProcesses wants nothing to run any more of that byhand. What has been told
// to end, or ends by itself, may take a moment; how many were seen in it is
// returned.
func noProcesses(t *testing.T, home string, session int) int {
	t.Helper()
	seen := 0
	for deadline := time.Now().Add(2 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		running := processes(home, session)
		seen = max(seen, len(running))
		if len(running) == 0 {
			return seen
		}
		if time.Now().Before(deadline) {
			continue
		}
		for pid, what := range running {
			t.Errorf("left behind: %s", what)
			_ = unix.Kill(pid, unix.SIGKILL)
		}
		return seen
	}
}
