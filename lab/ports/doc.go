// Package ports publishes ports of a container: it reads -p as Docker does,
// listens at the host, and passes on what comes.
//
// As root the kernel itself leads what comes from outside to the container
// (package network, by NAT), and what is here serves 127.0.0.1, which the
// kernel leads nowhere, and holds the port so that nobody else takes it. As an
// ordinary user all of it is served here: a process in the container's network
// namespace connects there and passes the socket out, so that no device at all
// is needed.
package ports
