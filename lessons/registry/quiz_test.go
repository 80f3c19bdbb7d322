package registry

import (
	"testing"

	"byhand/internal/lessontest"
)

func TestQuiz(t *testing.T) { lessontest.Questions(t, quiz()) }
