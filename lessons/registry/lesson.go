// Package registry is the lesson on where images come from, and go to.
package registry

import (
	_ "embed" // for the prose

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/image"
	"byhand/lab/registry"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "registry", Title: "Push and pull",
		Summary: "push an image's blobs and its manifest with curl, pull it by digest, and catch a registry that lies",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces},
		Setup: []lesson.Step{
			// First: to gather a root, a script looks for programs where the system has
			// its own, and byhand need not be there.
			{
				Title:  "Start a registry",
				Why:    "It serves files by HTTP, on this machine alone, and keeps them in the sandbox.",
				Shell:  steps.Text(serveShell),
				Do:     serve,
				Source: []any{serve, registry.Stand},
				Verify: serving,
			},
			steps.Gather(),
			{
				Title:  "Make an image of it: a layer, and a configuration",
				Why:    "The layer is a tar archive, compressed. The configuration names it by the digest that it has when it is not. The root goes; the image is all that is left.",
				Shell:  steps.Text(packShell),
				Do:     pack,
				Source: []any{pack, image.Export},
				Verify: packed,
			},
		},
		Steps: []lesson.Step{
			{
				Title:  "Push the blobs",
				Why:    "A blob has no name but its digest, the SHA-256 of its bytes. The registry computes it too, and takes nothing that is something else.",
				Shell:  steps.Text(pushShell),
				Do:     push,
				Source: []any{push, registry.Plain.PushBlob},
				Verify: pushed,

				Overtaken: true, // the registry lies in the end
			},
			{
				Title:  "Push the manifest, and give it a tag",
				Why:    "The manifest lists the blobs: by digest and size. It is the only thing that has a name, and so it is pushed last: whoever finds the name finds all that belongs to it.",
				Shell:  steps.Text(nameShell),
				Do:     name,
				Source: []any{name, registry.Plain.PushManifest},
				Verify: named,

				Overtaken: true,
			},
			{
				Title:  "Ask for the manifest, and check its digest",
				Why:    "A tag is looked up, and may lead elsewhere tomorrow. The digest of what has come is what docker pull prints. Accept says which kinds of manifests the client can read.",
				Shell:  steps.Text(askShell),
				Do:     ask,
				Source: []any{ask, registry.Plain.Manifest},
				Verify: asked,
			},
			{
				Title:  "Pull by digest, unpack, and start it",
				Why:    "Each blob is checked against the name by which it was asked for. So it does not matter who sent it.",
				Shell:  steps.Text(pullShell),
				Do:     pull,
				Source: []any{pull, registry.Plain.Blob, image.Unpack},
				Verify: pulled,
			},
			{
				Title:  "Change the layer on the registry's disk, and pull again",
				Why:    "A broken disk, or somebody who broke in. This registry reads a blob before it sends it, and has none of that name any more. Others just send what they have; then it is up to the one who pulls.",
				Expect: "The registry will answer 404, and sha256sum will say FAILED.",
				Shell:  steps.Text(lieShell),
				Do:     lie,
				Source: []any{lie, registry.Plain.Blob},
				Verify: lied,
			},
		},
		Undo: steps.Text(undoShell),
		Quiz: quiz(),
	}
}

// undoShell ends the container and the registry.
const undoShell = `kill -9 "$(cat "$LAB/pid")" "$(cat "$LAB/server")"
rm -rf "$LAB"
`
