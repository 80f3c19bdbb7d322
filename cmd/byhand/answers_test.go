package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// answers is the script command `answers ADDRESS`: it wants an HTTP server to
// be reached there soon, or with ! not to be. "@FILE:PORT" has the host in a file.
func answers(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: answers ADDRESS")
	}
	address := args[0]
	if name, found := strings.CutPrefix(address, "@"); found {
		file, port, err := net.SplitHostPort(name)
		ts.Check(err)
		text, err := os.ReadFile(ts.MkAbs(file))
		ts.Check(err)
		address = net.JoinHostPort(strings.TrimSpace(string(text)), port)
	}
	// A connection each: one that is kept stays open when the port is gone.
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	var err error
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var r *http.Response
		if r, err = client.Get("http://" + address + "/v2/"); err == nil {
			_ = r.Body.Close()
			if r.StatusCode != http.StatusOK {
				err = fmt.Errorf("status %s", r.Status)
			}
		}
		if err == nil || neg || time.Now().After(deadline) {
			break
		}
	}
	if neg != (err != nil) {
		ts.Fatalf("%s answers: %v", address, err)
	}
}
