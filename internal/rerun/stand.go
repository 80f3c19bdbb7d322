package rerun

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Standing makes a job of work that stands: it does the work, prints what came
// of it as a line of JSON, and waits until its input ends.
func Standing(work func(job string) (said any, err error)) func(job string) error {
	return func(job string) error {
		said, err := work(job)
		if err != nil {
			return err
		}
		if err := json.NewEncoder(os.Stdout).Encode(said); err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, os.Stdin)
		return err
	}
}

// Start starts a command that says a line of JSON and then stands until its
// input ends, as it does with the test. It takes what is said into said, unless
// that is nil, and returns the pid.
func Start(t *testing.T, cmd *exec.Cmd, said any) int {
	t.Helper()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end := func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
	t.Cleanup(end)
	text, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil && said != nil {
		err = json.Unmarshal(text, said)
	}
	if err != nil {
		end() // or what it writes is not all there
		t.Fatalf("%s: %v: %s %s", cmd, err, text, stderr.String())
	}
	return cmd.Process.Pid
}
