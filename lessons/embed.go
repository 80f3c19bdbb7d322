package lessons

import "embed"

// Code is the lessons' own source, for them to show the functions that run.
//
//go:embed */*.go internal/*/*.go
var Code embed.FS
