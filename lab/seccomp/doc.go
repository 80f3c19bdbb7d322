// Package seccomp turns a profile, the list of the system calls that a
// container may make, into the small program that the kernel runs before each
// of them (seccomp(2)).
//
// Profiles are JSON in Docker's form. The default one, default.json, is
// Docker's own, unchanged: seccomp/default.json of github.com/moby/profiles
// v0.3.0, under the Apache License 2.0.
//
// What is compiled is for programs of this machine's own architecture. Docker
// also lets 32-bit ones run on a 64-bit machine; here they get EPERM.
package seccomp
