package ports

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"byhand/lab/network"
	"byhand/lab/process"
)

// A container of the tests is a process in a network namespace of its own, and
// in a user namespace: nobody needs to be root.
func container(t *testing.T) int {
	t.Helper()
	c := exec.Command("sleep", "600")
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNET | unix.CLONE_NEWUSER, Pdeathsig: unix.SIGKILL,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}},
	}
	if err := c.Start(); err != nil {
		if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSPC) {
			t.Skipf("this machine forbids user namespaces: %v", err)
		}
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	if err := process.Run(t.Context(), nil, process.Command{Stage: "lo", JoinPID: c.Process.Pid, Join: unix.CLONE_NEWNET | unix.CLONE_NEWUSER}, nil); err != nil {
		t.Fatal(err)
	}
	return c.Process.Pid
}

// loopback is a stage that sets up lo.
func loopback(c *process.Child, _ struct{}) (struct{}, error) {
	return struct{}{}, network.Loopback(c.Trace)
}

// listener is a stage that makes the sockets of a server at port 80 inside and
// passes them out; the server is a goroutine of the test.
func listener(c *process.Child, proto string) (struct{}, error) {
	var file *os.File
	if proto == "udp" {
		p, err := net.ListenPacket("udp4", "127.0.0.1:80")
		if err != nil {
			return struct{}{}, err
		}
		file, err = p.(*net.UDPConn).File()
		if err != nil {
			return struct{}{}, err
		}
	} else {
		l, err := net.Listen("tcp4", "127.0.0.1:80")
		if err != nil {
			return struct{}{}, err
		}
		file, err = l.(*net.TCPListener).File()
		if err != nil {
			return struct{}{}, err
		}
	}
	return struct{}{}, unix.Sendmsg(int(c.Files[0].Fd()), []byte("x"), unix.UnixRights(int(file.Fd())), nil, 0)
}

// inside returns the socket of a server inside the container.
func inside(t *testing.T, pid int, proto string) *os.File {
	t.Helper()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), ""), os.NewFile(uintptr(pair[1]), "")
	defer ours.Close()
	defer theirs.Close()
	c := process.Command{Stage: "listen", Args: proto, JoinPID: pid, Join: unix.CLONE_NEWNET | unix.CLONE_NEWUSER, Files: []*os.File{theirs}}
	if err := process.Run(t.Context(), nil, c, nil); err != nil {
		t.Fatal(err)
	}
	rights := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(pair[0], make([]byte, 1), rights, 0)
	if err != nil {
		t.Fatal(err)
	}
	messages, err := unix.ParseSocketControlMessage(rights[:n])
	if err != nil {
		t.Fatal(err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		t.Fatal(err)
	}
	return os.NewFile(uintptr(fds[0]), "server")
}

// serveInside has a server at TCP port 80 inside handle each connection.
func serveInside(t *testing.T, pid int, handle func(*net.TCPConn)) {
	t.Helper()
	file := inside(t, pid, "tcp")
	defer file.Close()
	l, err := net.FileListener(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); handle(c.(*net.TCPConn)) }()
		}
	}()
}

// published serves a port of this host, at 127.0.0.1 and any port, that leads
// to port 80 inside; at the test's end nothing of it may be left.
func published(t *testing.T, pid int, proto string) string {
	t.Helper()
	before := descriptors(t)
	passage, err := Enter(pid, process.Command{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := Listen(t.Context(), []Binding{{HostIP: netip.MustParseAddr("127.0.0.1"), Container: 80, Proto: proto}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- Serve(ctx, all, passage.Dial) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Serve = %v", err)
		}
		if err := passage.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
		for deadline := time.Now().Add(2 * time.Second); descriptors(t) > before && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		if after := descriptors(t); after > before {
			t.Errorf("%d descriptors are open; want %d as before", after, before)
		}
	})
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(int(all[0].Port)))
}

// descriptors counts the open sockets of this process.
func descriptors(t *testing.T) (n int) {
	t.Helper()
	fds, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}

func echo(c *net.TCPConn) { _, _ = io.Copy(c, c) }

func connect4(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	c, err := net.DialTimeout("tcp4", address, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return c.(*net.TCPConn)
}

// TestHalfClose has a server that answers only when it has read all: who ends
// its half must still get the answer.
func TestHalfClose(t *testing.T) {
	pid := container(t)
	serveInside(t, pid, func(c *net.TCPConn) {
		all, _ := io.ReadAll(c)
		fmt.Fprintf(c, "%d bytes", len(all))
	})
	c := connect4(t, published(t, pid, "tcp"))
	sent := make([]byte, 3<<20)
	_, _ = rand.Read(sent)
	if _, err := c.Write(sent); err != nil {
		t.Fatal(err)
	}
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(c)
	if want := "3145728 bytes"; string(got) != want || err != nil {
		t.Errorf("the answer after CloseWrite = %q, %v; want %q", got, err, want)
	}
}

// TestServerEndsFirst has a server that says something and ends its half, and
// reads what comes then.
func TestServerEndsFirst(t *testing.T) {
	pid := container(t)
	heard := make(chan string, 1)
	serveInside(t, pid, func(c *net.TCPConn) {
		fmt.Fprint(c, "first")
		_ = c.CloseWrite()
		all, _ := io.ReadAll(c)
		heard <- string(all)
	})
	c := connect4(t, published(t, pid, "tcp"))
	if got, err := io.ReadAll(c); string(got) != "first" || err != nil {
		t.Fatalf("read = %q, %v; want first", got, err)
	}
	fmt.Fprint(c, "second")
	_ = c.CloseWrite()
	if got := <-heard; got != "second" {
		t.Errorf("the server heard %q; want second", got)
	}
}

// TestManyConnections has 200 at once, each with bytes of its own.
func TestManyConnections(t *testing.T) {
	pid := container(t)
	serveInside(t, pid, echo)
	address := published(t, pid, "tcp")
	var wait sync.WaitGroup
	for i := range 200 {
		wait.Go(func() {
			c, err := net.Dial("tcp4", address)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(20 * time.Second))
			sent := bytes.Repeat([]byte{byte(i)}, 10000+i)
			go func() { _, _ = c.Write(sent); _ = c.(*net.TCPConn).CloseWrite() }()
			if got, err := io.ReadAll(c); !bytes.Equal(got, sent) || err != nil {
				t.Errorf("connection %d got %d bytes, %v; want its own %d", i, len(got), err, len(sent))
			}
		})
	}
	wait.Wait()
}

// TestNobodyListens wants a reset, as from a port that is closed.
func TestNobodyListens(t *testing.T) {
	c := connect4(t, published(t, container(t), "tcp"))
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("read where nobody listens inside = %v; want ECONNRESET", err)
	}
}

// TestEndsWithOpenConnections leaves one open: Serve ends all the same.
func TestEndsWithOpenConnections(t *testing.T) {
	pid := container(t)
	serveInside(t, pid, echo)
	c := connect4(t, published(t, pid, "tcp"))
	fmt.Fprint(c, "x")
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
}

// TestUDP has several clients, each of which gets its own answers.
func TestUDP(t *testing.T) {
	pid := container(t)
	file := inside(t, pid, "udp")
	server, err := net.FilePacketConn(file)
	file.Close()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() {
		buffer := make([]byte, datagram)
		for {
			n, client, err := server.ReadFrom(buffer)
			if err != nil {
				return
			}
			_, _ = server.WriteTo(append([]byte("re: "), buffer[:n]...), client)
		}
	}()
	address := published(t, pid, "udp")
	for i := range 5 {
		c, err := net.Dial("udp4", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(10 * time.Second))
		for _, said := range []string{fmt.Sprint("hello ", i), strings.Repeat("long", 2000)} {
			fmt.Fprint(c, said)
			buffer := make([]byte, datagram)
			n, err := c.Read(buffer)
			if got, want := string(buffer[:n]), "re: "+said; got != want || err != nil {
				t.Errorf("client %d got %.20q (%d bytes), %v; want %.20q", i, got, n, err, want)
			}
		}
	}
}

func TestListenRefuses(t *testing.T) {
	here := netip.MustParseAddr("127.0.0.1")
	one, err := Listen(t.Context(), []Binding{{HostIP: here, Container: 80, Proto: "tcp"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = Close(one) }()
	taken := one[0].Port
	_, err = Listen(t.Context(), []Binding{{HostIP: here, First: taken, Last: taken, Container: 80, Proto: "tcp"}})
	if !errors.Is(err, unix.EADDRINUSE) || !strings.Contains(err.Error(), "port is already allocated") {
		t.Errorf("Listen at a port that is taken = %v; want EADDRINUSE in Docker's words", err)
	}
	// Of a range, it is the next.
	next, err := Listen(t.Context(), []Binding{{HostIP: here, First: taken, Last: taken + 20, Container: 80, Proto: "tcp"}})
	if err != nil || next[0].Port <= taken {
		t.Errorf("Listen in a range whose first is taken = %+v, %v; want a later one", next, err)
	}
	_ = Close(next)
	if _, err := Listen(t.Context(), []Binding{{HostIP: here, Container: 80, Proto: "sctp"}}); err == nil {
		t.Error("Listen for sctp = nil; want an error")
	}
}
