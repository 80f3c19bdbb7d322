package bindmounts

import (
	"testing"

	"byhand/internal/lessontest"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }
