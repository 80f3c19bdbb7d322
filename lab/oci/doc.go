// Package oci is the command line of an OCI runtime: from a bundle, which is a
// directory with a root and a config.json, it makes a container as the
// specification wants it (opencontainers/runtime-spec, config.md, config-linux.md
// and runtime.md). An engine such as Podman or containerd can run it in place of
// runc.
//
// Create makes everything and stops short of the program; Start lets it go.
// What is made is the lab's own work: Init, in init.go, is the whole of it in
// order.
package oci
