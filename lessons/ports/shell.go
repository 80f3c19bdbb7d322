package ports

import (
	"fmt"
	"os/exec"
	"strings"

	"byhand/lab/bench"
)

// enter begins a script with what it takes to do something in a network
// namespace of the lesson's: as root of the user namespace that owns it.
func enter(names ...string) string {
	var text strings.Builder
	for _, name := range names {
		fmt.Fprintf(&text, "%s=\"nsenter --target $(cat \"$LAB/%s\") --user --net --preserve-credentials\"\n", name, name)
	}
	return text.String()
}

// marked lets byhand find what the script starts, whatever becomes of both.
const marked = `export BYHAND_BENCH="$LAB"
`

// started waits until unshare(1) has done its work and has become sleep.
const started = `until [ "$(cat /proc/$!/comm)" = sleep ]; do sleep 0.1; done
`

// undoShell ends every process of the lesson's. The namespaces go with them, and
// with these the cables, the bridge and the rules.
const undoShell = `kill -9 $(cat "$LAB"/{host,outside,box,server})
rm -rf "$LAB"
`

const standInShell = marked + `# To end what is started here: kill -9 $(cat "$LAB"/{host,outside,box,server})
# The host: a network namespace, and the user namespace that owns it.
unshare --user --map-root-user --net sleep infinity >/dev/null 2>"$LAB/out" &
echo $! >"$LAB/host"
` + started + `host="nsenter --target $! --user --net --preserve-credentials"
# Another computer, which the host reaches by a cable.
$host unshare --net sleep infinity >/dev/null 2>"$LAB/out" &
echo $! >"$LAB/outside"
` + started + `outside="nsenter --target $! --user --net --preserve-credentials"
$host ip link set lo up
$host ip link add uplink type veth peer name eth0 netns $!
$host ip addr add ` + hostAddress + `/24 dev uplink
$host ip link set uplink up
$outside ip addr add ` + outsideAddress + `/24 dev eth0
$outside ip link set eth0 up`

var aloneShell = marked + enter("host") + `$host unshare --net sleep infinity >/dev/null 2>"$LAB/out" &
echo $! >"$LAB/box"
` + started + `nsenter --target $! --user --net --preserve-credentials ip link set lo up`

var serverShell = marked + enter("box") + `# The dollars are perl's.
# shellcheck disable=SC2016
$box perl -MIO::Socket::INET -e '
  $s = IO::Socket::INET->new(LocalPort => 80, Listen => 5) or die "listen: $!\n";
  while (1) { $c = $s->accept or next; print $c "` + greet + `"; close $c }
' >/dev/null 2>"$LAB/out" &
echo $! >"$LAB/server"
until $box perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new("127.0.0.1:80")'; do sleep 0.1; done`

var cableShell = enter("host", "box") + `$host ip link add ` + bridge + ` type bridge
$host ip link set ` + bridge + ` up
$host ip link add ` + cable + ` type veth peer name eth0 netns "$(cat "$LAB/box")"
$host ip link set ` + cable + ` master ` + bridge + `
$host ip link set ` + cable + ` up
$box ip link set eth0 up`

var addressShell = enter("host", "box") + fmt.Sprintf(`$host ip addr add %s dev %s
$box ip addr add %s dev eth0
$box ip route add default via %s`, gateway, bridge, member, gateway.Addr())

const exposeShell = `echo '{"config": {"ExposedPorts": {"80/tcp": {}}}}' >"$LAB/config.json"`

// forwarding tells the host to forward.
const forwarding = `$host sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
`

func letOutShell(*bench.Bench) string {
	return enter("host") + forwarding + either(
		fmt.Sprintf(`nft add table ip %[1]s
nft add chain ip %[1]s postrouting '{ type nat hook postrouting priority srcnat; }'
nft add rule ip %[1]s postrouting ip saddr %[2]s oifname != %[1]s masquerade`, bridge, subnet),
		fmt.Sprintf(`iptables -t nat -A POSTROUTING -s %s ! -o %s -j MASQUERADE`, subnet, bridge))
}

func publishShell(*bench.Bench) string {
	return enter("host") + either(
		fmt.Sprintf(`nft add chain ip %[1]s prerouting '{ type nat hook prerouting priority dstnat; }'
nft add rule ip %[1]s prerouting fib daddr type local tcp dport 8080 dnat to %[2]s:80`, bridge, member.Addr()),
		fmt.Sprintf(`iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -p tcp --dport 8080 -j DNAT --to-destination %s:80`, member.Addr()))
}

// either writes the rules for nft(8) where the machine has it and for
// iptables(8) otherwise, and as a comment how the other says the same.
func either(nft, iptables string) string {
	const other = "# The same with %s:\n"
	if _, err := exec.LookPath("iptables"); err == nil {
		if _, err := exec.LookPath("nft"); err != nil {
			return prefixed("$host ", iptables) + fmt.Sprintf(other, "nft") + prefixed("#   $host ", nft)
		}
	}
	return prefixed("$host ", nft) + fmt.Sprintf(other, "iptables") + prefixed("#   $host ", iptables)
}

func prefixed(prefix, text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(prefix + strings.TrimSuffix(line, "\n") + "\n")
	}
	return b.String()
}
