package sys

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"
)

// NetlinkSocket is socket(2) of the family by which the kernel is asked to
// change its network: devices, addresses, routes (rtnetlink(7)). The socket is
// of the network namespace in which it is made, and stays so.
func (t *Tracer) NetlinkSocket() (fd int, err error) {
	fd, err = unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	return fd, t.done("socket", fd, err, "AF_NETLINK", "SOCK_RAW|SOCK_CLOEXEC", "NETLINK_ROUTE")
}

// BindNetlink is bind(2) to a number that the kernel chooses, by which its
// answers find the socket.
func (t *Tracer) BindNetlink(fd int) error {
	err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
	return t.done("bind", 0, err, decimal(fd), kernelAddress, "12")
}

// CapAnswers is setsockopt(2) with NETLINK_CAP_ACK: the kernel's answers then
// repeat only the head of what was asked.
func (t *Tracer) CapAnswers(fd int) error {
	err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_CAP_ACK, 1)
	return t.done("setsockopt", 0, err, decimal(fd), "SOL_NETLINK", "NETLINK_CAP_ACK", "[1]", "4")
}

// kernelAddress is the kernel's own end of every netlink socket.
const kernelAddress = "{sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}"

// SendNetlink is sendto(2) of one request to the kernel.
func (t *Tracer) SendNetlink(fd int, r Request) error {
	bytes := r.Bytes()
	err := unix.Sendto(fd, bytes, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
	return t.done("sendto", len(bytes), err, decimal(fd), r.String(), decimal(len(bytes)), "0", kernelAddress, "12")
}

// answerSize is more than an answer has, and it is read whole.
const answerSize = 4096

// ReceiveAnswer is recvfrom(2) of the kernel's answer to one request: the
// errno with which it was refused, or 0. An error is the call's own.
func (t *Tracer) ReceiveAnswer(fd int) (refused unix.Errno, err error) {
	buffer := make([]byte, answerSize)
	n, _, err := unix.Recvfrom(fd, buffer, 0)
	if err != nil {
		return 0, t.done("recvfrom", -1, err, decimal(fd), fmt.Sprintf("%p", buffer), decimal(answerSize), "0", "{...}", "[112]")
	}
	// struct nlmsghdr, the error, and the head of the message that it is about.
	const size = 3*unix.SizeofNlMsghdr - 12
	if n < size || binary.NativeEndian.Uint16(buffer[4:]) != unix.NLMSG_ERROR {
		return 0, fmt.Errorf("recvfrom(%d): %d bytes that are no answer to a request", fd, n)
	}
	refused = unix.Errno(-int32(binary.NativeEndian.Uint32(buffer[unix.SizeofNlMsghdr:])))
	text := "0"
	if refused != 0 {
		text = "-" + errnoName(refused)
	}
	answer := fmt.Sprintf("[%s, {error=%s, msg=%s}]", headText(buffer), text, headText(buffer[unix.SizeofNlMsghdr+4:]))
	return refused, t.done("recvfrom", n, nil, decimal(fd), answer, decimal(answerSize), "0", kernelAddress, "[112 => 12]")
}
