package ports

import (
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"devices": {Number: func(drawn []int) int { return 1 + 2*drawn[0] + drawn[1] }},
		"lo-down": {Choice: "Network is unreachable"},
		// The least time to live with which the computer outside is reached, and
		// says that nobody listens, is one more than what the way takes off.
		"time-to-live": {Proof: func(*bench.Bench) string {
			return "PATH=$PATH:/usr/sbin:/sbin\n" + standInShell + "\n" + aloneShell + "\n" + cableShell + "\n" + addressShell + "\n" +
				enter("host", "outside", "box") + forwarding + `$outside ip route add ` + subnet.String() + ` via ` + hostAddress + `
$box perl -MSocket -e '
  for $ttl (1 .. 9) {
    socket($s, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
    setsockopt($s, IPPROTO_IP, IP_TTL, pack("i", $ttl)) or die "setsockopt: $!";
    connect($s, pack_sockaddr_in(7, inet_aton("` + outsideAddress + `"))) and die "somebody listens";
    warn "$ttl: $!\n";
    if ($!{ECONNREFUSED}) { print 64 - ($ttl - 1), "\n"; exit }
  }'`
		}},
	})
}
