package procmounts

import (
	"testing"

	"byhand/internal/lessontest"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

func TestLaws(t *testing.T) {
	nothing := lessontest.Saboteur{Name: "nothing mounted", Do: lessontest.Nothing, Says: "mountinfo"}
	elsewhere := lessontest.Saboteur{Name: "another file system at another place", Do: join("tmp"), Says: "mountinfo"}
	saboteurs := map[string][]lessontest.Saboteur{
		"Mount proc":  {nothing, elsewhere},
		"Mount sysfs": {nothing, elsewhere},
		"Mount tmpfs": {nothing},
	}
	lessontest.Laws(t, Lesson(), saboteurs)
}
