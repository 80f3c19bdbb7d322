package lab

import "embed"

// Code is the lab's own source, for lessons to show the functions that run.
//
//go:embed */*.go
var Code embed.FS
