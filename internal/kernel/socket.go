package kernel

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Socket is one that waits for others to come: a TCP socket that listens, or a
// UDP socket that was bound.
type Socket struct {
	// Protocol is "tcp", "tcp6", "udp" or "udp6".
	Protocol string `json:"protocol"`
	// Address is where it waits; an address of zeros is every address.
	Address netip.AddrPort `json:"address"`
	// Inode is the socket's, as in a link of /proc/PID/fd.
	Inode uint64 `json:"inode"`
}

// waits is the state that a waiting socket shows in its table, of those in the
// kernel's tcp_states.h.
var waits = map[string]string{"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"}

// Waiting returns the sockets that wait in the network namespace of a process,
// whichever process there has them open. A kernel without IPv6 has no such table.
func Waiting(pid int) ([]Socket, error) {
	var all []Socket
	for _, protocol := range []string{"tcp", "tcp6", "udp", "udp6"} {
		found, err := read(of(pid, "net/"+protocol), func(text string) ([]Socket, error) { return ParseSockets(protocol, text) })
		if errors.Is(err, os.ErrNotExist) && strings.HasSuffix(protocol, "6") {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// ParseSockets reads those that wait from the text of a table such as
// /proc/PID/net/tcp (proc_pid_net(5)).
func ParseSockets(protocol, text string) ([]Socket, error) {
	_, text, _ = strings.Cut(text, "\n") // the first line names the columns
	all, err := lines(text, func(line string) (Socket, error) {
		f := strings.Fields(line)
		if len(f) < 10 {
			return Socket{}, fmt.Errorf("%q is no socket", line)
		}
		if f[3] != waits[protocol] {
			return Socket{}, nil
		}
		address, err := parseEndpoint(f[1])
		if err != nil {
			return Socket{}, err
		}
		inode, err := strconv.ParseUint(f[9], 10, 64)
		return Socket{protocol, address, inode}, err
	})
	return slices.DeleteFunc(all, func(s Socket) bool { return s == Socket{} }), err
}

// parseEndpoint reads such as "0100007F:1F90": the kernel prints the address in
// words of four bytes, each as the number that this machine takes it for.
func parseEndpoint(s string) (netip.AddrPort, error) {
	words, port, _ := strings.Cut(s, ":")
	b, err := hex.DecodeString(words)
	n, errPort := strconv.ParseUint(port, 16, 16)
	if err != nil || errPort != nil || len(b)%4 != 0 {
		return netip.AddrPort{}, fmt.Errorf("%q is no address", s)
	}
	for word := range slices.Chunk(b, 4) {
		binary.NativeEndian.PutUint32(word, binary.BigEndian.Uint32(word))
	}
	address, ok := netip.AddrFromSlice(b)
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("%q is no address", s)
	}
	return netip.AddrPortFrom(address, uint16(n)), nil
}

// NetDevices returns the names of the devices in the network namespace of a
// process, such as "lo", from /proc/PID/net/dev.
func NetDevices(pid int) ([]string, error) {
	return read(of(pid, "net/dev"), func(text string) ([]string, error) {
		var names []string
		for line := range strings.Lines(text) {
			if name, _, found := strings.Cut(line, ":"); found {
				names = append(names, strings.TrimSpace(name))
			}
		}
		return names, nil
	})
}
