package lessons

import (
	"io/fs"
	"os"
	"strings"
	"testing"

	"byhand/internal/translate"
)

// diagnoses is the source of what is said of mistakes.
func diagnoses() fs.FS { return os.DirFS("../internal/diagnose") }

// TestEveryTextIsFound wants what a learner reads to be among what is to be
// translated: of each lesson's own source, and of what several share.
func TestEveryTextIsFound(t *testing.T) {
	texts, err := translate.Texts(Syllabus(), Code, diagnoses())
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(texts, "\n")
	for _, want := range []string{
		"A root of its own", "chdir(2) first", "unshare's option for it is missing: {}",
		"a program starts only if the loader", "Put the sandbox into it", "The limit counts what processes allocate",
		"There is one entry for each name", "In a new root there are the directories /1/2/3/4/5. The shell inside stands {1} directories",
		"It would, without the limit.", "This fits.",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not among the %d texts to translate", want, len(texts))
		}
	}
}
