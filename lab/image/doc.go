// Package image reads and writes container images as what they are: archives.
// An image is one tar stream or several, and a tar stream is a list of file
// headers each followed by the file's bytes, see tar(5). Export writes one,
// Unpack reads it, UnpackImage reads an image of several layers.
//
// An archive is written by somebody else, so unpacking one as root is handing
// root's pen to a stranger. The names in it may climb ("../../etc/shadow"), or
// first lay a symbolic link and then write through it. This package asks the
// kernel itself to keep every lookup inside the new root, see openat2(2).
//
// A root that is exported may belong to processes that run and mean ill. What
// Export finds under a name it holds open, and asks that, never the name again.
package image
