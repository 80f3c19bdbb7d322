package sys

import (
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// Request is one message to the kernel: what is to be done, a structure that
// says to what, and attributes with the rest (netlink(7)).
type Request struct {
	// Type is what is to be done, such as RTM_NEWLINK.
	Type uint16
	// Flags go with it, such as NLM_F_CREATE.
	Flags uint16
	// Seq is the number that the answer repeats.
	Seq uint32
	// Head is the structure that follows.
	Head Head
	// Attributes are what follows that.
	Attributes []Attribute
}

// Head is the structure of a request, such as struct ifinfomsg.
type Head struct {
	// Data is the structure as the kernel has it.
	Data []byte
	// Text is the same as strace writes it.
	Text string
}

// Attribute is one value of a request, with its length and its type in front.
type Attribute struct {
	// Type is a number that the request's type gives a meaning.
	Type uint16
	// Name is the type's name in the kernel's headers.
	Name string
	// Data is the value as the kernel has it.
	Data []byte
	// Text is the same as strace writes it.
	Text string
}

// Bytes is the request as it is sent.
func (r Request) Bytes() []byte {
	body := append(append([]byte(nil), r.Head.Data...), joined(r.Attributes)...)
	b := make([]byte, 0, unix.SizeofNlMsghdr+len(body))
	b = binary.NativeEndian.AppendUint32(b, uint32(unix.SizeofNlMsghdr+len(body)))
	b = binary.NativeEndian.AppendUint16(b, r.Type)
	b = binary.NativeEndian.AppendUint16(b, r.Flags)
	b = binary.NativeEndian.AppendUint32(b, r.Seq)
	b = binary.NativeEndian.AppendUint32(b, 0) // the kernel is process 0
	return append(b, body...)
}

// String is the request as strace writes it.
func (r Request) String() string {
	parts := []string{headText(r.Bytes()), r.Head.Text}
	if len(r.Attributes) > 0 {
		parts = append(parts, attributesText(r.Attributes))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// joined lays attributes one behind the other, each at a multiple of four.
func joined(attributes []Attribute) []byte {
	var b []byte
	for _, a := range attributes {
		b = binary.NativeEndian.AppendUint16(b, uint16(unix.SizeofNlAttr+len(a.Data)))
		b = binary.NativeEndian.AppendUint16(b, a.Type)
		b = append(b, a.Data...)
		for len(b)%unix.NLA_ALIGNTO != 0 {
			b = append(b, 0)
		}
	}
	return b
}

func attributesText(attributes []Attribute) string {
	var list []string
	for _, a := range attributes {
		list = append(list, fmt.Sprintf("[{nla_len=%d, nla_type=%s}, %s]", unix.SizeofNlAttr+len(a.Data), a.Name, a.Text))
	}
	if len(list) == 1 {
		return list[0]
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// headText writes the struct nlmsghdr at the beginning of b.
func headText(b []byte) string {
	kind, flags := binary.NativeEndian.Uint16(b[4:]), uint64(binary.NativeEndian.Uint16(b[6:]))
	names := []flag{{unix.NLM_F_REQUEST, "NLM_F_REQUEST"}, {unix.NLM_F_ACK, "NLM_F_ACK"}, {unix.NLM_F_EXCL, "NLM_F_EXCL"}, {unix.NLM_F_CREATE, "NLM_F_CREATE"}}
	if kind == unix.NLMSG_ERROR { // the same bits mean something else in an answer
		names = []flag{{unix.NLM_F_CAPPED, "NLM_F_CAPPED"}, {unix.NLM_F_ACK_TLVS, "NLM_F_ACK_TLVS"}}
	}
	return fmt.Sprintf("{nlmsg_len=%d, nlmsg_type=%s, nlmsg_flags=%s, nlmsg_seq=%d, nlmsg_pid=%d}",
		binary.NativeEndian.Uint32(b), requestName(kind), flagSet(flags, names),
		binary.NativeEndian.Uint32(b[8:]), binary.NativeEndian.Uint32(b[12:]))
}

func requestName(kind uint16) string {
	switch kind {
	case unix.NLMSG_ERROR:
		return "NLMSG_ERROR"
	case unix.RTM_NEWLINK:
		return "RTM_NEWLINK"
	case unix.RTM_DELLINK:
		return "RTM_DELLINK"
	case unix.RTM_NEWADDR:
		return "RTM_NEWADDR"
	case unix.RTM_NEWROUTE:
		return "RTM_NEWROUTE"
	}
	return fmt.Sprintf("%#x", kind)
}
