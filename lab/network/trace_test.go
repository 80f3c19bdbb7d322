package network_test

import (
	"fmt"
	"strings"
	"testing"

	"byhand/lab/network"
	"byhand/lab/sys"
)

// TestCallsAreReported has a cable laid and reads what the Tracer says of it:
// strace's notation, and within it the other end, which strace leaves unread.
func TestCallsAreReported(t *testing.T) {
	ns := namespace(t)
	var calls []string
	c, err := network.Open(sys.NewTracer(func(c sys.Call) { calls = append(calls, c.String()) }))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.AddVeth("cable", "eth0", ns); err != nil {
		t.Fatal(err)
	}
	if err := c.Delete("cable"); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(calls, "\n")
	for _, want := range []string{
		"socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE) = ",
		`[[{nla_len=10, nla_type=IFLA_IFNAME}, "cable"], [{nla_len=60, nla_type=IFLA_LINKINFO}, [[{nla_len=9, nla_type=IFLA_INFO_KIND}, "veth"], [{nla_len=44, nla_type=IFLA_INFO_DATA}, [{nla_len=40, nla_type=VETH_INFO_PEER}, `,
		fmt.Sprintf(`[[{nla_len=9, nla_type=IFLA_IFNAME}, "eth0"], [{nla_len=8, nla_type=IFLA_NET_NS_FD}, %d]]`, ns.Fd()),
		`nlmsg_type=NLMSG_ERROR, nlmsg_flags=NLM_F_CAPPED, nlmsg_seq=1, `,
		`{error=0, msg={`,
		`nlmsg_type=RTM_DELLINK, `,
		`ifi_index=if_nametoindex("cable")`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("calls = %s\nwant among them %s", all, want)
		}
	}
}
