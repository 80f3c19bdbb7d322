package kernel

import (
	"bufio"
	"io"
	"maps"
	"os/exec"
	"testing"
)

func TestParseSwitches(t *testing.T) {
	for text, want := range map[string]switches{
		"Name:\tR\nState:\tS (sleeping)\nvoluntary_ctxt_switches:\t3\nnonvoluntary_ctxt_switches:\t4\n": {7, false},
		"State:\tR (running)\nvoluntary_ctxt_switches:\t0\nnonvoluntary_ctxt_switches:\t0\n":            {0, true},
	} {
		if got, err := parseSwitches(text); err != nil || got != want {
			t.Errorf("parseSwitches(%q) = %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "State:\tS (sleeping)\nvoluntary_ctxt_switches:\t3\n", "voluntary_ctxt_switches:\tx\nnonvoluntary_ctxt_switches:\t4\n"} {
		if got, err := parseSwitches(bad); err == nil {
			t.Errorf("parseSwitches(%q) = %+v; want an error", bad, got)
		}
	}
}

// TestSwitches has a cat wait, work once and wait again, and a shell run.
func TestSwitches(t *testing.T) {
	cat := exec.CommandContext(t.Context(), command(t, "cat"))
	in, err := cat.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cat.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cat.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close(); _ = cat.Wait() }()
	answers := bufio.NewReader(out)
	echo := func() {
		t.Helper()
		if _, err := io.WriteString(in, "line\n"); err != nil {
			t.Fatal(err)
		}
		if _, err := answers.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	waits := func() (threads map[int]uint64) {
		t.Helper()
		eventually(t, "cat to wait", func() bool {
			first, running, err := Switches(cat.Process.Pid)
			if err != nil {
				t.Fatal(err)
			}
			threads, _, err = Switches(cat.Process.Pid)
			return err == nil && !running && maps.Equal(threads, first)
		})
		return threads
	}
	echo()
	before := waits()
	if again := waits(); !maps.Equal(again, before) {
		t.Errorf("Switches of a process that waits = %v, then %v; want the same", before, again)
	}
	echo()
	if after := waits(); len(after) != 1 || after[cat.Process.Pid] <= before[cat.Process.Pid] {
		t.Errorf("Switches after a line = %v; want more than %v", after, before)
	}

	hog := exec.CommandContext(t.Context(), command(t, "sh"), "-c", "while :; do :; done")
	if err := hog.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hog.Process.Kill(); _ = hog.Wait() }()
	eventually(t, "a hog to run", func() bool {
		_, running, err := Switches(hog.Process.Pid)
		return err == nil && running
	})
	if _, running, err := Switches(0); err != nil || !running {
		t.Errorf("Switches(0) = running %t, %v; want true, for we do", running, err)
	}
}
