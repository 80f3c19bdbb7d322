package lessons

import (
	"embed"
	"io/fs"
)

//go:embed lang
var lang embed.FS

// Languages are the directories of the course's translations.
func Languages() (fs.FS, error) { return fs.Sub(lang, "lang") }
