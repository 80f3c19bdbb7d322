package ports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/process"
)

// Passage is the line to a process inside a container, which connects there
// and passes the sockets out.
type Passage struct {
	socket *net.UnixConn
	child  *process.Process

	lock    sync.Mutex
	last    uint64
	waiting map[uint64]chan passed
	over    bool
}

// passed is what came out: a connection, or why there is none.
type passed struct {
	conn net.Conn
	err  error
}

// Enter starts a process in the network namespace of the container's process
// pid, and in its user namespace where that is not ours, but in none of its
// others: the container does not see it. The command's Env and Born are the
// caller's to choose.
func Enter(pid int, c process.Command) (*Passage, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socketpair: %w", err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "passage"), os.NewFile(uintptr(pair[1]), "passage inside")
	defer theirs.Close()
	conn, err := net.FileConn(ours) // a copy that the runtime waits for
	ours.Close()
	if err != nil {
		return nil, fmt.Errorf("enter the network namespace of process %d: %w", pid, err)
	}
	c.Stage, c.Args, c.Files = Stage, struct{}{}, []*os.File{theirs}
	c.JoinPID, c.Join = pid, unix.CLONE_NEWNET
	if !same(pid, "user") {
		c.Join |= unix.CLONE_NEWUSER
	}
	child, err := process.Start(nil, c)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("enter the network namespace of process %d: %w", pid, err)
	}
	p := &Passage{socket: conn.(*net.UnixConn), child: child, waiting: map[uint64]chan passed{}}
	go p.receive()
	return p, nil
}

// same reports whether a process is in our namespace of a kind.
func same(pid int, kind string) bool {
	ours, err := kernel.Namespace(0, kind)
	if err != nil {
		return false
	}
	theirs, err := kernel.Namespace(pid, kind)
	return err == nil && ours == theirs
}

// Dial connects to a port on the loopback device inside. It is a Dial.
func (p *Passage) Dial(ctx context.Context, proto string, port uint16) (net.Conn, error) {
	result := make(chan passed, 1)
	p.lock.Lock()
	p.last++
	id := p.last
	if p.over {
		p.lock.Unlock()
		return nil, net.ErrClosed
	}
	p.waiting[id] = result
	p.lock.Unlock()

	text, err := json.Marshal(request{ID: id, Proto: proto, Port: port})
	if err == nil {
		_, err = p.socket.Write(text)
	}
	if err != nil {
		p.deliver(id, passed{err: err})
	}
	select {
	case r := <-result:
		return r.conn, r.err
	case <-ctx.Done():
		p.deliver(id, passed{err: ctx.Err()})
		r := <-result // a connection may have come just now
		if r.conn != nil {
			r.conn.Close()
		}
		return nil, ctx.Err()
	}
}

// deliver gives a result to who waits for it. It reports whether anybody does.
func (p *Passage) deliver(id uint64, r passed) bool {
	p.lock.Lock()
	defer p.lock.Unlock()
	result, found := p.waiting[id]
	if found {
		delete(p.waiting, id)
		result <- r
	}
	return found
}

// receive takes what comes out, until the line is closed at either end.
func (p *Passage) receive() {
	text, rights := make([]byte, messageSize), make([]byte, unix.CmsgSpace(4))
	for {
		n, rn, _, _, err := p.socket.ReadMsgUnix(text, rights)
		if err != nil || n == 0 {
			break
		}
		var r reply
		if err := json.Unmarshal(text[:n], &r); err != nil {
			break
		}
		conn, err := socketOf(rights[:rn])
		if r.Errno != 0 {
			err = fmt.Errorf("connect inside: %w", r.Errno)
		}
		if !p.deliver(r.ID, passed{conn, err}) && conn != nil {
			conn.Close()
		}
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	p.over = true
	for id, result := range p.waiting {
		delete(p.waiting, id)
		result <- passed{err: net.ErrClosed}
	}
}

// socketOf makes a connection of the descriptor that came with a message.
func socketOf(rights []byte) (net.Conn, error) {
	messages, err := unix.ParseSocketControlMessage(rights)
	if err != nil || len(messages) == 0 {
		return nil, errors.Join(err, errors.New("no socket came out"))
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return nil, fmt.Errorf("read what came out: %w", err)
	}
	file := os.NewFile(uintptr(fds[0]), "socket from inside")
	defer file.Close()
	unix.CloseOnExec(fds[0])
	return net.FileConn(file)
}

// Close ends the process inside. Connections that came out stay.
func (p *Passage) Close() error {
	err := p.socket.Close()
	// The other end's closing ends it; where something holds it up, this does.
	_ = p.child.Kill()
	_ = p.child.Follow(context.Background(), nil) // it has nothing to say
	_, waitErr := p.child.Wait()
	return errors.Join(err, waitErr)
}
