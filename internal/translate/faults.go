package translate

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"byhand/internal/lesson"
)

// Faults says what a language's directory lacks of a course, and what it holds
// that the course no longer has.
func Faults(files fs.FS, language string, course []lesson.Lesson, sources ...fs.FS) ([]string, error) {
	c, err := Load(files, language)
	if err != nil {
		return nil, err
	}
	texts, err := Texts(course, sources...)
	if err != nil {
		return nil, err
	}
	var faults []string
	for _, l := range course {
		if c.prose[l.Name] == "" {
			faults = append(faults, fmt.Sprintf("%s/%s.md is missing", language, l.Name))
		}
	}
	left := maps.Clone(c.texts)
	for _, english := range texts {
		translation, found := left[english]
		delete(left, english)
		switch {
		case !found:
			faults = append(faults, fmt.Sprintf("%s/texts.json lacks %q", language, english))
		case translation == "":
			faults = append(faults, fmt.Sprintf("%s/texts.json has nothing for %q", language, english))
		case !slices.Equal(slices.Sorted(slices.Values(places(english))), slices.Sorted(slices.Values(places(translation)))):
			faults = append(faults, fmt.Sprintf("%s/texts.json: %q has other places than %q", language, translation, english))
		}
	}
	for _, old := range slices.Sorted(maps.Keys(left)) {
		faults = append(faults, fmt.Sprintf("%s/texts.json translates what nobody says: %q", language, old))
	}
	return faults, nil
}
