package ports

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/docker/go-connections/nat"
)

// Binding says that a port of the host leads to one of the container.
type Binding struct {
	// HostIP is the host's address, or none for all of them.
	HostIP netip.Addr `json:"hostIp"`
	// First is the lowest of the host's ports of which one is to be taken; 0
	// where the kernel may choose any.
	First uint16 `json:"first"`
	// Last is the highest.
	Last uint16 `json:"last"`
	// Container is the port inside.
	Container uint16 `json:"container"`
	// Proto is "tcp", "udp" or "sctp".
	Proto string `json:"proto"`
}

// Parse reads the values of -p as Docker does: [[IP:][HOST]:]CONTAINER[/PROTO],
// ports or ranges of them, or name=value pairs with published, target and
// protocol. The reading itself is Docker's, and so are the errors.
func Parse(values ...string) ([]Binding, error) {
	var bindings []Binding
	for _, value := range values {
		short, err := short(value)
		if err != nil {
			return nil, err
		}
		mappings, err := nat.ParsePortSpec(short)
		if err != nil {
			return nil, err
		}
		for _, m := range mappings {
			b, err := binding(m)
			if err != nil {
				return nil, err
			}
			bindings = append(bindings, b)
		}
	}
	return bindings, nil
}

// short writes the form with names as the one without.
func short(value string) (string, error) {
	if !strings.Contains(value, "=") {
		return value, nil
	}
	params := map[string]string{"protocol": "tcp"}
	for param := range strings.SplitSeq(value, ",") {
		name, v, found := strings.Cut(param, "=")
		if !found || name == "" {
			return "", fmt.Errorf("invalid publish opts format (should be name=value but got '%s')", param)
		}
		params[name] = v
	}
	return params["published"] + ":" + params["target"] + "/" + params["protocol"], nil
}

// binding reads what Docker's package has left as text.
func binding(m nat.PortMapping) (Binding, error) {
	b := Binding{Container: uint16(m.Port.Int()), Proto: m.Port.Proto()}
	if m.Binding.HostIP != "" {
		ip, err := netip.ParseAddr(m.Binding.HostIP)
		if err != nil {
			return b, fmt.Errorf("invalid IP address: %s", m.Binding.HostIP)
		}
		b.HostIP = ip.Unmap()
	}
	if m.Binding.HostPort == "" {
		return b, nil
	}
	first, last, err := nat.ParsePortRange(m.Binding.HostPort)
	b.First, b.Last = uint16(first), uint16(last)
	return b, err
}

// ParseExposed reads the values of --expose, or of EXPOSE: CONTAINER[/PROTO],
// a port or a range. With -P they are what is published.
func ParseExposed(values ...string) ([]Binding, error) {
	var bindings []Binding
	for _, value := range values {
		if strings.Contains(value, ":") {
			return nil, fmt.Errorf("invalid port format for --expose: %s", value)
		}
		parsed, err := Parse(value)
		if err != nil {
			return nil, fmt.Errorf("invalid range format for --expose: %w", err)
		}
		bindings = append(bindings, parsed...)
	}
	return bindings, nil
}

// All adds to the bindings of -p one for each exposed port that has none, on
// any port of the host: -P.
func All(published, exposed []Binding) []Binding {
	has := map[string]bool{}
	for _, b := range published {
		has[b.Inside()] = true
	}
	for _, b := range exposed {
		if !has[b.Inside()] {
			has[b.Inside()] = true
			published = append(published, Binding{Container: b.Container, Proto: b.Proto})
		}
	}
	return published
}

// Inside is the container's port as Docker writes it, such as "80/tcp".
func (b Binding) Inside() string { return strconv.Itoa(int(b.Container)) + "/" + b.Proto }

// String is the binding as -p takes it.
func (b Binding) String() string {
	host := ""
	switch {
	case b.First != b.Last:
		host = fmt.Sprintf("%d-%d", b.First, b.Last)
	case b.First != 0:
		host = strconv.Itoa(int(b.First))
	}
	switch {
	case !b.HostIP.IsValid() && host == "":
		return b.Inside()
	case !b.HostIP.IsValid():
		return host + ":" + b.Inside()
	case b.HostIP.Is6():
		return "[" + b.HostIP.String() + "]:" + host + ":" + b.Inside()
	}
	return b.HostIP.String() + ":" + host + ":" + b.Inside()
}
