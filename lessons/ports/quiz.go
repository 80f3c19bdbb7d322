package ports

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "two-servers",
			Ask: "Two containers, each in a network namespace of its own, on the same bridge. A server in the first listens at port 80. May one in the second listen at port 80 too?",
			Choices: []lesson.Choice{
				{
					Text: "No: the address is already in use",
					Why:  "That is the answer within one network namespace, where both would ask for the same address and port.",
				},
				{
					Text:  "Yes: each namespace has all ports",
					Right: true,
				},
				{
					Text: "Only if the first was not published",
					Why:  "Publishing takes a port of the host. The ports inside are not touched by it.",
				},
				{
					Text: "Only with SO_REUSEPORT",
					Why:  "That lets two sockets share one port of one namespace. Here they are two ports of two namespaces.",
				},
			},
			Explain: "A socket belongs to the network namespace in which it was made, and so does the port that it takes. The host's port 80 is a third one.",
		},
		{
			Key: "expose",
			Ask: "An image has EXPOSE 3000. You start it with docker run and without -p or -P, and its server listens at port 3000. What has EXPOSE changed?",
			Choices: []lesson.Choice{
				{
					Text:  "Nothing in the kernel: it is a note in the image's configuration",
					Right: true,
				},
				{
					Text: "The container's port 3000 may now be reached from its neighbours on the bridge",
					Why:  "They reach it without EXPOSE just as well: between members of one bridge no rule stands.",
				},
				{
					Text: "Port 3000 of the host leads to it, but only on 127.0.0.1",
					Why:  "No port of the host is taken without -p or -P, on no address.",
				},
				{
					Text: "Port 3000 is opened in the firewall of the container",
					Why:  "A new network namespace has no firewall rules at all, so that nothing has to be opened.",
				},
			},
			Explain: "EXPOSE is for those who read the image, and for -P, which publishes every exposed port at some port of the host.",
		},
		{
			Key: "inner-loopback",
			Ask: "A server inside listens at 127.0.0.1:80 and not at 0.0.0.0:80. You publish it with -p 8080:80, and connect to port 8080 of the host from another computer. What happens?",
			Choices: []lesson.Choice{
				{
					Text: "It works: -p leads to the container, and the container is its own localhost",
					Why:  "The packet comes to the container by eth0 and is for 10.201.0.2. A socket at 127.0.0.1 takes only what comes by lo.",
				},
				{
					Text: "Port 8080 of the host can't be taken: -p is refused",
					Why:  "The rule does not ask whether anybody listens behind it, neither now nor later.",
				},
				{
					Text:  "It is refused: nobody listens at the container's eth0",
					Right: true,
				},
				{
					Text: "The connection hangs, for the kernel looks for 127.0.0.1 outside",
					Why:  "The packet arrives well: at a port of 10.201.0.2 that is closed, which the container's kernel says at once.",
				},
			},
			Explain: "This is the commonest reason why a published port does not answer. A server in a container must listen at all addresses, or at that of eth0.",
		},
		{
			Key: "veth-gone",
			Ask: "The last process of a container ends, and its network namespace with it. What becomes of the cable's end at the host, veth0?",
			Choices: []lesson.Choice{
				{
					Text: "It stays in the bridge, down, until somebody deletes it",
					Why:  "So would a cable of copper. A veth pair exists as a whole or not at all.",
				},
				{
					Text: "It stays, and eth0 comes back to the host's namespace",
					Why:  "That is what happens to a real network card that was moved inside. A virtual device is destroyed with its namespace.",
				},
				{
					Text: "It is kept for the next container with the same address",
					Why:  "The kernel knows nothing of containers, and keeps nothing for them.",
				},
				{
					Text:  "It is gone too: each end of a veth pair goes with the other",
					Right: true,
				},
			},
			Explain: "Destroying a namespace destroys the virtual devices in it, and a veth's other end goes with it. What stays until it is taken away are the rules for its ports, and its address in the engine's file.",
		},
		{
			Key: "masquerade",
			Ask: "Forwarding is on, but there is no rule to masquerade. A container at 10.201.0.2 connects to a server on the internet. Where does it fail?",
			Choices: []lesson.Choice{
				{
					Text: "At the bridge, which forwards nothing without a rule",
					Why:  "A bridge is a switch and needs no rule; and the host forwards, as it was told to.",
				},
				{
					Text:  "On the way back: nobody outside has a route to 10.201.0.2",
					Right: true,
				},
				{
					Text: "Inside, with \"network is unreachable\"",
					Why:  "That is what a missing default route gives. It is there: the packet leaves, and how it fares further on is not known inside.",
				},
				{
					Text: "At the host, which refuses to forward private addresses",
					Why:  "The kernel knows no difference between private addresses and others. Providers do, and drop them.",
				},
			},
			Explain: "The packet goes out with a sender that nobody can answer to. Masquerade puts the host's address in its place, and remembers for whom.",
		},
		{
			Key: "docker0",
			Ask: "What is the bridge docker0, or byhand0, to the containers on it? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text:  "A switch, which passes frames from port to port",
					Right: true,
				},
				{
					Text: "A process of the engine's that passes packets on",
					Why:  "There are such things: slirp4netns, and the proxy for 127.0.0.1. A bridge is a device in the kernel, and works on when the engine has ended.",
				},
				{
					Text:  "The neighbour to whom their default route leads: it has an address of the host's",
					Right: true,
				},
				{
					Text: "A firewall between them",
					Why:  "Members of a bridge reach all of each other's ports, published or not. Other bridges are for keeping them apart.",
				},
			},
			Explain: "A bridge device is two things at once: a switch, and the host's own network card that is plugged into it.",
		},
		{
			Key: "localhost",
			Ask: "A port is published by the DNAT rule of this lesson and nothing else. On the host itself you type curl 127.0.0.1:8080. It is refused. Why?",
			Choices: []lesson.Choice{
				{
					Text:  "The rule is in prerouting, by which only what comes from elsewhere passes",
					Right: true,
				},
				{
					Text: "The server inside doesn't listen at 127.0.0.1",
					Why:  "It listens at every address. But it isn't asked: nothing of this gets into the container.",
				},
				{
					Text: "Port 8080 must be opened for lo in the firewall",
					Why:  "Nothing closes it. Nobody listens there, which is another thing.",
				},
				{
					Text: "curl first tries IPv6, for which there is no rule",
					Why:  "Asked for 127.0.0.1 it does not. For localhost it would try both in turn.",
				},
			},
			Explain: "What the host sends itself passes output and not prerouting; and what comes from 127.0.0.1 the kernel routes to no other device. So Docker also starts docker-proxy, a process that listens at the port.",
		},
		{
			Key: "short-form",
			Ask: "docker run -p 127.0.0.1:8080:80/udp image. Who reaches what? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text: "Other computers reach UDP port 80 inside by port 8080 of the host",
					Why:  "So they would without the address. With it, the port is taken only at 127.0.0.1, where no other computer comes.",
				},
				{
					Text:  "Programs on the host reach UDP port 80 inside by 127.0.0.1:8080",
					Right: true,
				},
				{
					Text: "Programs on the host reach UDP port 8080 inside by 127.0.0.1:80",
					Why:  "It is the other way round: first the host's side, then the container's.",
				},
				{
					Text:  "A TCP server of the host's may still listen at 127.0.0.1:8080",
					Right: true,
				},
			},
			Explain: "-p is [[IP:]HOST:]CONTAINER[/PROTO]. Without an address it is every address of the host, which is more than many think; TCP and UDP ports are counted apart.",
		},
		{
			Key: "answers",
			Ask: "Somebody outside connects to 192.0.2.1:8080 and is led to 10.201.0.2:80. Which sender's address and port has the answer, when it arrives outside?",
			Choices: []lesson.Choice{
				{
					Text: "10.201.0.2:80, where the answer comes from",
					Why:  "So it leaves the container. Were it to arrive so, the other side would drop it: it never asked 10.201.0.2 for anything.",
				},
				{
					Text: "192.0.2.1:80, by the masquerade rule",
					Why:  "That rule is only asked for a connection's first packet, and this connection was begun from outside.",
				},
				{
					Text: "10.201.0.1:8080, the bridge's address",
					Why:  "The bridge's own address is for the host's traffic with its containers, and nothing of it is seen here.",
				},
				{
					Text:  "192.0.2.1:8080, where it had asked",
					Right: true,
				},
			},
			Explain: "The kernel keeps a table of connections (conntrack). What DNAT changed in one direction it changes back in the other, without a rule.",
		},
		{
			Key: "straight",
			Ask: "Another computer in the host's network adds a route: 10.201.0.0/24 via 192.0.2.1. With this lesson's rules only, what can it reach now?",
			Choices: []lesson.Choice{
				{
					Text: "Only what is published, as before",
					Why:  "This is what people take NAT for. It changes addresses, and closes nothing.",
				},
				{
					Text: "Nothing: the host forwards only what comes from the bridge",
					Why:  "ip_forward is for every device and in every direction.",
				},
				{
					Text:  "Every port of the container, published or not",
					Right: true,
				},
			},
			Explain: "The host forwards, and no rule forbids. So Docker, and byhand's engine, also drop what comes to the bridge from outside and is neither an answer nor was turned there by a published port.",
		},
	}, predictions()...)
}
