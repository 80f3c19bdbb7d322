// Package ports is the lesson on the network of a container, and on -p.
package ports

import (
	_ "embed" // for the prose

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/network"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "ports", Title: "A cable, a switch, a published port",
		Summary: "connect a container by veth and bridge, and publish a port of it",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces, doctor.Networks},
		Steps: []lesson.Step{
			{
				Title:  "Stand in for a host, and for a computer outside",
				Why:    "Two network namespaces, connected by a cable. What the lesson calls the host is the first of them: your machine's own network stays as it is, also as root.",
				Shell:  steps.Text(standInShell),
				Do:     makeStandIn,
				Source: []any{network.Stay, network.Alone, network.Connect},
				Verify: stoodIn,
			},
			{
				Title:  "Start a container with a network of its own",
				Why:    "A new network namespace has one device, lo, and no way to anywhere. Its ports are its own too: each namespace has all 65535 of them.",
				Shell:  steps.Text(aloneShell),
				Do:     startAlone,
				Source: []any{network.Alone},
				Verify: isAlone,

				Overtaken: true, // the cable comes later
			},
			{
				Title:  "Start a server in it",
				Why:    "A socket belongs to the network namespace in which it is made. Port 80 inside is taken; port 80 of the host is not.",
				Shell:  steps.Text(serverShell),
				Do:     startServer,
				Source: []any{network.Serve},
				Verify: serves,
			},
			{
				Title:  "Lay a cable from it to a switch",
				Why:    "A veth pair is a cable: what goes in at one end comes out at the other. One end is born inside the container; the other is plugged into a bridge, which is a switch.",
				Shell:  steps.Text(cableShell),
				Do:     layCable,
				Source: []any{network.Switch, network.Lay, (*network.Conn).AddBridge, (*network.Conn).AddVeth, (*network.Conn).Plug, (*network.Conn).Up},
				Verify: isLaid,
			},
			{
				Title:  "Give both ends addresses, and the container a way out",
				Why:    "The bridge has an address in the container's subnet, so that the host is a neighbour. The default route says: everything else goes to that neighbour.",
				Shell:  steps.Text(addressShell),
				Do:     giveAddresses,
				Source: []any{network.Address, (*network.Conn).AddAddress, (*network.Conn).AddDefaultRoute},
				Verify: isAddressed,
			},
			{
				Title:  "Let the container out, under the host's address",
				Why:    "A host drops what is for others unless it is told to forward. And nobody outside knows where " + subnet.String() + " is, so what leaves must come from the host's own address: masquerade.",
				Shell:  letOutShell,
				Do:     letOut,
				Source: []any{network.LetOut, network.AddNAT},
				Verify: isOut,
			},
			{
				Title:  "Note that port 80 is exposed",
				Why:    "EXPOSE in a Dockerfile writes a line into the image's configuration. It is a note to whoever reads it.",
				Expect: "Nothing happens in the kernel, and the connection from outside is refused as before.",
				Shell:  steps.Text(exposeShell),
				Do:     expose,
				Verify: isExposed,
			},
			{
				Title:  "Publish the port",
				Why:    "-p 8080:80 is a rule: a packet from outside for port 8080 of the host goes to port 80 of the container instead (DNAT). The kernel remembers the connection and gives the answers the host's address again.",
				Shell:  publishShell,
				Do:     publish(8080, 80),
				Source: []any{network.Publish, network.AddDNAT},
				Verify: isPublished,
			},
		},
		Undo: steps.Text(undoShell),
		Quiz: quiz(),
	}
}
