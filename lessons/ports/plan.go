package ports

import (
	"net/netip"

	"byhand/lab/network"
)

// The devices, and the text that the server says.
const (
	bridge = "byhand0"
	cable  = "veth0"
	greet  = "hello from inside"
)

// The addresses. Those of the stand-in for the world outside are set aside for
// examples (RFC 5737).
var (
	subnet  = netip.MustParsePrefix("10.201.0.0/24")
	gateway = netip.MustParsePrefix("10.201.0.1/24")
	member  = netip.MustParsePrefix("10.201.0.2/24")
)

const (
	hostAddress    = "192.0.2.1"
	outsideAddress = "192.0.2.2"
)

// plan are the addresses of the bridge and of the container.
func plan() network.Plan { return network.Plan{Bridge: bridge, Gateway: gateway, Member: member} }
