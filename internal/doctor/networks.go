package doctor

import (
	"context"
	"strings"

	"golang.org/x/sys/unix"
)

// examineNetworks answers for Networks, by the commands that the lesson prints.
func examineNetworks(ctx context.Context) Finding {
	if r := tryUserNamespace(ctx); r != nil {
		return refused(r)
	}
	ip, perl := find("ip"), find("perl")
	var lacking []string
	if ip == "" {
		lacking = append(lacking, "iproute2")
	}
	if perl == "" {
		lacking = append(lacking, "perl")
	}
	rules := []string{find("nft"), "add", "table", "ip", "byhand"}
	if rules[0] == "" {
		rules = []string{find("iptables"), "-t", "nat", "-S"}
	}
	if rules[0] == "" {
		lacking = append(lacking, "nftables")
	}
	if lacking != nil {
		return Finding{Got: "not found: a program of " + strings.Join(lacking, ", of "), Mend: install(strings.Join(lacking, " "))}
	}
	var did []string
	for _, argv := range [][]string{
		{ip, "link", "add", "byhand0", "type", "bridge"},
		{ip, "link", "add", "byhand0", "type", "veth", "peer", "name", "byhand1"},
		rules,
	} {
		attr := lent()
		attr.Cloneflags |= unix.CLONE_NEWNET
		command := strings.Join(argv, " ")
		if err := try(ctx, attr, argv...); err != nil {
			return Finding{
				Got:  command + " in a new network namespace: " + outcome(err),
				Mend: "sudo modprobe --all bridge veth nf_tables nft_chain_nat nft_masq",
			}
		}
		did = append(did, command)
	}
	return Finding{OK: true, Got: strings.Join(did, "; ") + " succeeded in new network namespaces"}
}
