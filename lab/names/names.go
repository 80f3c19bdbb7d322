// Package names answers the questions of a container for the addresses of others
// by their names, as the DNS has them (RFC 1035), and passes on all other questions
// to the machine's own name servers.
//
// The sockets are the container's, in its network namespace; who answers is
// outside, and so is reached by no other container.
package names

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Server answers.
type Server struct {
	// Look returns the address of the container of a name, in lower case.
	Look func(name string) (netip.Addr, bool)
	// Upstream lists the name servers for all other names, as HOST:PORT.
	Upstream func() []string
}

const (
	// patience is how long one upstream server may take.
	patience = 3 * time.Second
	// most is how many questions are worked on at once.
	most = 64
	// ttl is how long an answer may be remembered, in seconds: no longer than
	// it may take a container to end and another to have its name.
	ttl = 1
	// message is the longest of all.
	message = 1<<16 - 1
)

// Serve answers what comes to the sockets until ctx ends, and closes them.
func (s Server) Serve(ctx context.Context, packets net.PacketConn, streams net.Listener) error {
	stop := context.AfterFunc(ctx, func() { _ = packets.Close(); _ = streams.Close() })
	defer stop()
	var wait sync.WaitGroup
	turns := make(chan struct{}, most)
	wait.Go(func() { s.packets(ctx, packets, turns, &wait) })
	wait.Go(func() { s.streams(ctx, streams, turns, &wait) })
	<-ctx.Done()
	wait.Wait()
	return nil
}

// packets answers questions by UDP.
func (s Server) packets(ctx context.Context, packets net.PacketConn, turns chan struct{}, wait *sync.WaitGroup) {
	buffer := make([]byte, message)
	for {
		n, client, err := packets.ReadFrom(buffer)
		if errors.Is(err, net.ErrClosed) || ctx.Err() != nil {
			return
		}
		if err != nil {
			continue
		}
		question := append([]byte(nil), buffer[:n]...)
		turns <- struct{}{}
		wait.Go(func() {
			defer func() { <-turns }()
			if answer := s.answer(ctx, "udp", question); answer != nil {
				_, _ = packets.WriteTo(answer, client) // it will ask again
			}
		})
	}
}

// streams answers questions by TCP, where each has its length in front.
func (s Server) streams(ctx context.Context, streams net.Listener, turns chan struct{}, wait *sync.WaitGroup) {
	for {
		c, err := streams.Accept()
		if errors.Is(err, net.ErrClosed) || ctx.Err() != nil {
			return
		}
		if err != nil {
			continue
		}
		turns <- struct{}{}
		wait.Go(func() {
			defer func() { <-turns }()
			defer context.AfterFunc(ctx, func() { _ = c.Close() })()
			defer c.Close()
			for {
				_ = c.SetDeadline(time.Now().Add(4 * patience))
				question, err := readFramed(c)
				if err != nil {
					return
				}
				if writeFramed(c, s.answer(ctx, "tcp", question)) != nil {
					return
				}
			}
		})
	}
}

// answer answers one question, or has it answered; nil is for what is none.
func (s Server) answer(ctx context.Context, network string, question []byte) []byte {
	var p dnsmessage.Parser
	head, err := p.Start(question)
	if err != nil || head.Response {
		return nil
	}
	q, err := p.Question()
	if err != nil {
		return nil
	}
	name := strings.TrimSuffix(strings.ToLower(q.Name.String()), ".")
	if q.Class == dnsmessage.ClassINET {
		if address, found := s.Look(name); found {
			return reply(head, q, dnsmessage.RCodeSuccess, address)
		}
	}
	for _, server := range s.Upstream() {
		if answer, err := ask(ctx, network, server, question); err == nil {
			return answer
		}
	}
	return reply(head, q, dnsmessage.RCodeServerFailure, netip.Addr{})
}

// reply makes an answer. A name that has an address has only that: asked for
// anything else of it, there is nothing, and that is no error.
func reply(head dnsmessage.Header, q dnsmessage.Question, code dnsmessage.RCode, address netip.Addr) []byte {
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{
		ID: head.ID, Response: true, OpCode: head.OpCode, RecursionDesired: head.RecursionDesired, RecursionAvailable: true, RCode: code,
	})
	b.EnableCompression()
	err := errors.Join(b.StartQuestions(), b.Question(q), b.StartAnswers())
	if err == nil && address.Is4() && (q.Type == dnsmessage.TypeA || q.Type == dnsmessage.TypeALL) {
		err = b.AResource(dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: ttl}, dnsmessage.AResource{A: address.As4()})
	}
	text, finish := b.Finish()
	if err != nil || finish != nil {
		return nil
	}
	return text
}

// ask passes a question on, from a port of its own, and returns the answer.
func ask(ctx context.Context, network, server string, question []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var d net.Dialer
	c, err := d.DialContext(ctx, network, server)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })()
	if network == "tcp" {
		if err := writeFramed(c, question); err != nil {
			return nil, err
		}
		return readFramed(c)
	}
	if _, err := c.Write(question); err != nil {
		return nil, err
	}
	answer := make([]byte, message)
	for {
		n, err := c.Read(answer)
		if err != nil {
			return nil, err
		}
		// Others may send here too, who don't know the number.
		if n >= 2 && answer[0] == question[0] && answer[1] == question[1] {
			return answer[:n], nil
		}
	}
}

func readFramed(r io.Reader) ([]byte, error) {
	var length [2]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, err
	}
	text := make([]byte, binary.BigEndian.Uint16(length[:]))
	_, err := io.ReadFull(r, text)
	return text, err
}

func writeFramed(w io.Writer, text []byte) error {
	if len(text) == 0 || len(text) > message {
		return io.ErrShortWrite
	}
	_, err := w.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(text))), text...))
	return err
}
