// Package rootless gives an ordinary user's engine a user namespace to live in,
// in which the user is root: there it may mount, make namespaces, and own files
// as the other ids of the user's (subuid(5)).
//
// All of the user's containers share the namespace, and so does whatever does
// something to their files. There is no process whose job it is to keep it: it
// lasts as long as somebody is in it, which the monitor of a container is.
package rootless
