// Package container puts together what the other packages of the lab do, and
// makes a container: namespaces, cgroups, a root in layers, the file systems of
// the kernel, devices, limits, capabilities, a filter of system calls, and at
// last the program.
//
// Run, in run.go, is the whole of it, in order.
package container
