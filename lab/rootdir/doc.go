// Package rootdir makes the directory that becomes a container's "/": the
// image's files below, the container's own changes on top (overlayfs), and
// then changes places with the machine's root (pivot_root(2)).
package rootdir
