package network_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"byhand/internal/rerun"
	"byhand/lab/network"
)

// TestMain runs the tests in a network namespace of their own: the machine's
// network is not theirs.
func TestMain(m *testing.M) {
	if !rerun.IsApart() {
		os.Exit(rerun.Apart(unix.CLONE_NEWNET))
	}
	os.Exit(m.Run())
}

// namespace makes a network namespace that lasts as long as the test.
func namespace(t *testing.T) *os.File {
	t.Helper()
	c := exec.Command("sleep", "600")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET, Pdeathsig: unix.SIGKILL}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ns, err := network.Of(c.Process.Pid)
	_ = c.Process.Kill()
	_ = c.Wait()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ns.Close() })
	return ns
}

// in runs do in a namespace and fails the test where it fails.
func in(t *testing.T, ns *os.File, do func() error) {
	t.Helper()
	if err := network.In(nil, ns, do); err != nil {
		t.Fatal(err)
	}
}

// host makes of this namespace one with a neighbour outside, which is returned.
func host(t *testing.T) (outside *os.File) {
	t.Helper()
	outside = namespace(t)
	c := open(t)
	for _, err := range []error{
		c.AddVeth("uplink", "eth0", outside),
		c.AddAddress("uplink", netip.MustParsePrefix("192.0.2.1/24")),
		c.Up("uplink"), c.Up("lo"),
		c.AddDefaultRoute(netip.MustParseAddr("192.0.2.2")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := c.Delete("uplink"); err != nil {
			t.Error(err)
		}
	})
	in(t, outside, func() error {
		c, err := network.Open(nil)
		if err != nil {
			return err
		}
		defer c.Close()
		return errors.Join(c.AddAddress("eth0", netip.MustParsePrefix("192.0.2.2/24")), c.Up("eth0"), c.Up("lo"))
	})
	return outside
}

func open(t *testing.T) *network.Conn {
	t.Helper()
	c, err := network.Open(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// serve answers each TCP connection to an address of a namespace with the
// address that it came from, and a line that it read.
func serve(t *testing.T, ns *os.File, address string) {
	t.Helper()
	in(t, ns, func() error {
		l, err := net.Listen("tcp4", address)
		if err != nil {
			return err
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					defer c.Close()
					fmt.Fprint(c, c.RemoteAddr().(*net.TCPAddr).IP, " ")
					_, _ = io.Copy(c, c)
				}()
			}
		}()
		return nil
	})
}

// dial connects from a namespace, says something, and returns the answer, or
// the error's name.
func dial(t *testing.T, ns *os.File, address string) (answer string) {
	t.Helper()
	err := network.In(nil, ns, func() error {
		c, err := net.DialTimeout("tcp4", address, 500*time.Millisecond)
		if err != nil {
			return err
		}
		defer c.Close()
		fmt.Fprint(c, "hello")
		_ = c.(*net.TCPConn).CloseWrite()
		_ = c.SetDeadline(time.Now().Add(3 * time.Second))
		text, err := io.ReadAll(c)
		answer = string(text)
		return err
	})
	var errno unix.Errno
	switch {
	case errors.As(err, &errno):
		return unix.ErrnoName(errno)
	case os.IsTimeout(err):
		return "timeout"
	case err != nil:
		t.Fatal(err)
	}
	return answer
}

// here is the namespace of the tests.
func here(t *testing.T) *os.File {
	t.Helper()
	ns, err := network.Of(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ns.Close() })
	return ns
}
