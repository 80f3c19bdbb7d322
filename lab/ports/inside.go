package ports

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"byhand/lab/process"
)

// request asks the process inside to connect to a port.
type request struct {
	// ID is repeated in the answer: several may be under way.
	ID uint64
	// Proto is "tcp" or "udp".
	Proto string
	// Port is on the container's loopback device.
	Port uint16
}

// reply answers a request; where Errno is 0, the socket came along.
type reply struct {
	// ID is the request's.
	ID uint64
	// Errno says why there is no socket.
	Errno unix.Errno
}

// messageSize is more than a request or a reply has.
const messageSize = 256

// Stage is the name by which the binary's Table has Inside.
const Stage = "ports"

// Inside is a stage: in the container's network namespace, it connects to
// where it is asked to on its first file, a socket, and passes out what it got.
// A socket belongs to the namespace in which it was made, whoever uses it. The
// stage ends when the other end of its own socket is closed.
func Inside(c *process.Child, _ struct{}) (struct{}, error) {
	fd := int(c.Files[0].Fd())
	buffer := make([]byte, messageSize)
	for {
		n, err := unix.Read(fd, buffer)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || n == 0 {
			return struct{}{}, err
		}
		var r request
		if err := json.Unmarshal(buffer[:n], &r); err != nil {
			return struct{}{}, fmt.Errorf("read a request to connect: %w", err)
		}
		go connect(fd, r)
	}
}

// connect connects, and sends the socket out (SCM_RIGHTS, unix(7)).
func connect(fd int, r request) {
	reply := reply{ID: r.ID}
	var rights []byte
	conn, err := net.Dial(r.Proto, net.JoinHostPort("127.0.0.1", strconv.Itoa(int(r.Port))))
	if err != nil {
		if !errors.As(err, &reply.Errno) {
			reply.Errno = unix.EIO
		}
	} else {
		defer conn.Close() // the copy that was sent stays open
		file, err := conn.(interface{ File() (*os.File, error) }).File()
		if err != nil {
			reply.Errno = unix.EMFILE
		} else {
			defer file.Close()
			rights = unix.UnixRights(int(file.Fd()))
		}
	}
	text, err := json.Marshal(reply)
	if err == nil {
		// Nobody waits any more where this fails.
		_ = unix.Sendmsg(fd, text, rights, nil, 0)
	}
}
