package vm

import (
	"bufio"
	"io"
	"strings"
	"testing"
	"time"
)

// TestQMP speaks with a monitor that says, besides answers, what QEMU's does:
// a greeting, events, an error.
func TestQMP(t *testing.T) {
	var w wires
	if err := w.add(); err != nil {
		t.Fatal(err)
	}
	defer w.closeOurs()
	ours, theirs := w.ours[0], w.theirs[0]
	_ = ours.SetDeadline(time.Now().Add(10 * time.Second))
	asked := make(chan string, 3)
	go func() {
		defer theirs.Close()
		_, _ = io.WriteString(theirs, `{"QMP": {"version": {"qemu": {"major": 7}}, "capabilities": []}}`+"\r\n")
		r := bufio.NewReader(theirs)
		for _, answer := range []string{
			`{"return": {}}`,
			`{"timestamp": {"seconds": 1}, "event": "RESUME"}` + "\r\n" + `{"return": {"status": "active"}}`,
			`{"error": {"class": "GenericError", "desc": "no such thing"}}`,
		} {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			asked <- strings.TrimSpace(line)
			_, _ = io.WriteString(theirs, answer+"\r\n")
		}
	}()
	q, err := newQMP(&Machine{monitor: ours})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := <-asked, `{"execute":"qmp_capabilities"}`; got != want {
		t.Errorf("asked %s; want %s", got, want)
	}
	var state struct{ Status string }
	if err := q.do("query-migrate", nil, &state); err != nil || state.Status != "active" {
		t.Errorf("do(query-migrate) = %q, %v; want active", state.Status, err)
	}
	<-asked
	err = q.do("migrate", map[string]any{"uri": "exec:true"}, nil)
	if err == nil || !strings.Contains(err.Error(), "migrate: no such thing") {
		t.Errorf("do(migrate) = %v; want QEMU's words", err)
	}
	if got, want := <-asked, `{"arguments":{"uri":"exec:true"},"execute":"migrate"}`; got != want {
		t.Errorf("asked %s; want %s", got, want)
	}
	if err := q.do("quit", nil, nil); err == nil {
		t.Error("do(quit) of a machine that has ended = nil; want an error")
	}
}
