package registry

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"byhand/lab/process"
)

// Stage is Stand's name.
const Stage = "registry"

// Stand is a stage: it serves the registry in a directory at a free port of the
// loopback interface until it is ended, and reports where.
func Stand(c *process.Child, dir string) (struct{}, error) {
	// Ctrl-C at the terminal is not for it.
	if err := c.Trace.Setsid(); err != nil {
		return struct{}{}, err
	}
	h, err := Serve(dir, log.New(os.Stderr, "", log.Ltime))
	if err != nil {
		return struct{}{}, err
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return struct{}{}, fmt.Errorf("serve registry: %w", err)
	}
	c.Report(l.Addr().String())
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	return struct{}{}, server.Serve(l)
}
