package ports

import (
	"fmt"
	"strings"

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/bench"
)

// predictions returns the questions that are tried out, and one for a number.
func predictions() []lesson.Question {
	return []lesson.Question{
		{
			Key: "devices",
			Ask: "In a new network namespace somebody makes {1} veth pairs, and moves no end elsewhere; and then {2} bridges. How many devices does ip link list there?",
			Number: &lesson.Number{
				Unit: "devices",
				Why:  "Each pair is two devices, each bridge is one. And something is in every network namespace from the beginning.",
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.Networks},
				Draw:  lesson.Between(1, 4, 2),
				Shell: func(_ *bench.Bench, drawn []int) string {
					return fmt.Sprintf(`PATH=$PATH:/usr/sbin:/sbin
unshare --user --map-root-user --net sh -euc '
  for i in%s; do ip link add type veth; done
  for i in%s; do ip link add type bridge; done
  ip -brief link
  ip -brief link | wc -l'`, strings.Repeat(" x", drawn[0]), strings.Repeat(" x", drawn[1]))
				},
				Traps: func(drawn []int) []lesson.Trap {
					return []lesson.Trap{
						{Is: 2*drawn[0] + drawn[1], Why: "lo is there too, though nobody has made it."},
						{Is: drawn[0] + drawn[1] + 1, Why: "A cable has two ends, and each is a device with a name of its own."},
					}
				},
			},
			Explain: "lo, two devices for each pair, one for each bridge. At a real host one end of each pair is at the bridge and the other inside a container, so that each side lists only its own.",
		},
		{
			Key: "lo-down",
			Ask: "A program in a new network namespace, in which nothing was set up, listens at port 80 of all addresses. It then connects to 127.0.0.1:80 itself. What happens?",
			Choices: []lesson.Choice{
				{Text: "It answers: both ends are in one namespace", Shows: "^it answers$", Why: "So it is once lo is up. What a namespace sends itself goes by lo as well."},
				{Text: "Connection refused", Shows: "refused", Why: "That is said at the other end, for a port at which nobody listens. Here somebody does, and the other end is never reached."},
				{Text: "Network is unreachable", Shows: "unreachable"},
				{Text: "Nothing, until it times out", Shows: "timed out", Why: "That is what becomes of packets that are lost on the way. The kernel has no route for these, and so doesn't send them."},
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.Networks},
				Shell: func(*bench.Bench, []int) string {
					return `unshare --user --map-root-user --net perl -MIO::Socket::INET -e '
  $s = IO::Socket::INET->new(LocalPort => 80, Listen => 5) or die "listen: $!\n";
  print IO::Socket::INET->new("127.0.0.1:80") ? "it answers" : "$!", "\n"'`
				},
			},
			Explain: "The route to 127.0.0.0/8 appears when lo is set up, and every new device is down. Who makes a network namespace by hand must not forget ip link set lo up.",
		},
		{
			Key: "time-to-live",
			Ask: "A packet leaves the container of this lesson with a time to live of 64, and arrives at the computer outside, by veth, bridge and uplink. Which time to live has it then?",
			Number: &lesson.Number{
				Is: 63, Unit: "the time to live",
				Traps: []lesson.Trap{
					{Is: 64, Why: "So it would be if the bridge led outside. But the packet is for another subnet, and the host forwards it."},
					{Is: 62, Why: "The bridge is a switch: it passes frames, and does not look at the packet within."},
					{Is: 61, Why: "Cables and switches don't count. It is lowered by who forwards from one subnet to another."},
				},
				Why: "Each forwarding from one subnet to another takes one off, and nothing else does.",
			},
			Explain: "It is forwarded once, by the host. To the world a host with containers is a router, which is why ip_forward must be on.",
		},
	}
}
