package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"byhand/internal/breakout"
)

// proberName is this test binary as the program that tries to break out.
const proberName = "byhand-prober"

// lacking are the answers of a kernel that has not what a way leads through.
var lacking = []string{"ENOENT", "ENOSYS", "ENXIO", "ENODEV", "EAFNOSUPPORT", "EPROTONOSUPPORT", "EOPNOTSUPP", "not on this processor"}

// TestBreakouts has a prober try the known ways out of a container that byhand lab
// run has made: none may lead out. The same prober in a plain chroot gets through
// all that this kernel has, so that each try is known to bite. The table is printed
// with -v.
func TestBreakouts(t *testing.T) {
	home := t.TempDir()
	root := hostsRoot(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := beyond(t)
	argument, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	c := byhand(t, home, "lab", "run", "--rm", "-v", self+":/"+proberName+":ro", "--rootfs", root, "/"+proberName, string(argument))
	c.Env = append(c.Env, "PWD=/") // and from there
	c.Dir = "/"
	inside := probe(t, o, c)
	var control []breakout.Result
	if os.Geteuid() == 0 {
		copied := filepath.Join(root, proberName)
		if out, err := exec.Command("cp", self, copied).CombinedOutput(); err != nil {
			t.Fatalf("cp = %v: %s", err, out)
		}
		c := exec.CommandContext(t.Context(), "/"+proberName, string(argument), "chroot")
		c.Args[0] = proberName
		// The working directory stays where it was, as that of who forgets chdir(2).
		c.Path, c.Dir = "/"+proberName, ""
		c.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Unshareflags: unix.CLONE_NEWNS}
		control = probe(t, o, c)
	}
	const row = "%-48s %-50s %-13s %s\n"
	table, open := new(strings.Builder), 0
	fmt.Fprintf(table, row, "way out", "decided by", "container", "plain chroot")
	for i, in := range inside {
		out := "not tried: it takes root"
		if control != nil {
			out = control[i].Saw
			if control[i].Open {
				open++
			}
			known := control[i].Open || slices.Contains(lacking, control[i].Saw) || in.Way == breakout.Disk && diskRefused()
			if !known {
				t.Errorf("%s: in a plain chroot %s = %s; want it to lead out, or the try is none", in.Way, control[i].Call, control[i].Saw)
			}
		}
		fmt.Fprintf(table, row, in.Way, in.Call, in.Saw, out)
		if in.Open {
			t.Errorf("%s: in the container %s leads out", in.Way, in.Call)
		}
	}
	t.Logf("%d ways tried; %d lead out of a plain chroot here\n%s", len(inside), open, table)
	if len(inside) < 30 || control != nil && open < 25 {
		t.Errorf("%d ways were tried, %d are open in a plain chroot; want 30 and 25", len(inside), open)
	}
}

// diskRefused reports whether the machine lets nobody open its disks, in a chroot
// or not.
func diskRefused() bool {
	text, _ := os.ReadFile("/proc/partitions")
	for line := range strings.Lines(string(text)) {
		// Its number, size and name; above them stands what they are.
		f := strings.Fields(line)
		if len(f) < 4 {
			continue
		}
		if disk, err := os.Open("/dev/" + f[3]); err == nil {
			_ = disk.Close()
			return false
		}
	}
	return true
}

// beyond stands up what a prober would like to reach.
func beyond(t *testing.T) breakout.Outside {
	t.Helper()
	o := breakout.Outside{Marker: filepath.Join(t.TempDir(), "marker"), Text: "outside", Socket: fmt.Sprintf("byhand-outside-%d", os.Getpid()), Leaked: 9}
	if err := os.WriteFile(o.Marker, []byte(o.Text), 0o644); err != nil {
		t.Fatal(err)
	}
	victim := exec.Command("sleep", "1000")
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = victim.Process.Kill()
		_ = victim.Wait()
	})
	o.Victim = victim.Process.Pid
	l, err := net.Listen("unix", "@"+o.Socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return o
}

// probe runs a prober at a terminal, with the root outside left open.
func probe(t *testing.T, o breakout.Outside, c *exec.Cmd) (all []breakout.Result) {
	t.Helper()
	top, err := os.Open("/")
	if err != nil {
		t.Fatal(err)
	}
	defer top.Close()
	master, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	defer terminal.Close()
	c.ExtraFiles = make([]*os.File, o.Leaked-2)
	c.ExtraFiles[o.Leaked-3] = top
	c.Stdin = terminal
	c.SysProcAttr.Setsid, c.SysProcAttr.Setctty = true, true
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err == nil {
		err = json.Unmarshal(out, &all)
	}
	if err != nil {
		t.Fatalf("%q = %v: %s%s", c.Args, err, out, stderr.String())
	}
	return all
}
