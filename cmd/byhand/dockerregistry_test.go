package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// dockerRegistry is the script command `dockerregistry VARIABLE`: it runs Docker's
// registry, from Debian's package, behind TLS with ca.crt and key.pem, for the
// user me with the password secret. The variable gets its port on 127.0.0.1.
func dockerRegistry(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: dockerregistry VARIABLE")
	}
	// The password by bcrypt, as htpasswd -B makes it.
	const users = "me:$2b$04$ZmA2Q2sQNU2TXpUj6f6t2.PfTtBVG/rWMQR94lKFWjaWAIthMwG6u\n"
	ts.Check(os.WriteFile(ts.MkAbs("htpasswd"), []byte(users), 0o600))
	// It does not tell which port it took, so it is given one that is free.
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	ts.Check(err)
	port := l.Addr().(*net.TCPAddr).Port
	ts.Check(l.Close())
	config := fmt.Sprintf(`version: 0.1
storage: {filesystem: {rootdirectory: %q}}
http: {addr: "127.0.0.1:%d", tls: {certificate: %q, key: %q}}
auth: {htpasswd: {realm: test, path: %q}}
`, ts.MkAbs("registry"), port, ts.MkAbs("ca.crt"), ts.MkAbs("key.pem"), ts.MkAbs("htpasswd"))
	ts.Check(os.WriteFile(ts.MkAbs("registry.yml"), []byte(config), 0o644))
	c := exec.Command("docker-registry", "serve", ts.MkAbs("registry.yml"))
	said, err := os.Create(ts.MkAbs("registry.log"))
	ts.Check(err)
	defer said.Close()
	c.Stdout, c.Stderr = said, said
	ts.Check(c.Start())
	ts.Defer(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp4", "127.0.0.1:"+strconv.Itoa(port))
		if err == nil {
			ts.Check(conn.Close())
			break
		}
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(said.Name())
			ts.Fatalf("docker-registry does not listen: %s", text)
		}
	}
	ts.Setenv(args[0], strconv.Itoa(port))
}
