// Package translate shows the course's texts in another language. The English
// text is the key, as in gettext: the lessons' code stays as it reads, and a
// text that was changed is missing its translation until that is changed too.
package translate

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Catalogue holds a language's texts.
type Catalogue struct {
	// texts are by the English ones.
	texts map[string]string
	// patterns are those of them that hold places, such as {1} or {}.
	patterns []pattern
	// prose are the lessons' texts in Markdown, by the lessons' names.
	prose map[string]string
}

// pattern is an English text with places for what differs each time.
type pattern struct {
	matches     *regexp.Regexp
	names       []string
	translation string
	// said is how long the text is without its places.
	said int
}

// place is a place in a text: {}, or {1} where the order may change.
var place = regexp.MustCompile(`\{(\d*)\}`)

// parse reads a catalogue file: a JSON object, from English to the language.
func parse(data []byte) (*Catalogue, error) {
	c := &Catalogue{texts: map[string]string{}, prose: map[string]string{}}
	if err := json.Unmarshal(data, &c.texts); err != nil {
		return nil, fmt.Errorf("read texts.json: %w", err)
	}
	for english, translation := range c.texts {
		names := places(english)
		if len(names) == 0 || translation == "" {
			continue
		}
		parts := place.Split(english, -1)
		said := 0
		for i := range parts {
			said += len(parts[i])
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		matches, err := regexp.Compile("^(?s:" + strings.Join(parts, "(.*?)") + ")$")
		if err != nil {
			return nil, fmt.Errorf("text %q: %w", english, err)
		}
		c.patterns = append(c.patterns, pattern{matches, names, translation, said})
	}
	// Of several that fit, the one that says most is meant.
	slices.SortFunc(c.patterns, func(a, b pattern) int {
		if a.said != b.said {
			return b.said - a.said
		}
		return strings.Compare(a.matches.String(), b.matches.String())
	})
	return c, nil
}

// places returns the names of a text's places, in order; of {} the number that
// it has in order, from 1.
func places(text string) []string {
	var names []string
	for i, found := range place.FindAllStringSubmatch(text, -1) {
		name := found[1]
		if name == "" {
			name = strconv.Itoa(i + 1)
		}
		names = append(names, name)
	}
	return names
}

// Text returns a text in the language, or in English where it has none. A nil
// Catalogue is English.
func (c *Catalogue) Text(english string) string {
	if c == nil {
		return english
	}
	if translation := c.texts[english]; translation != "" {
		return translation
	}
	for _, p := range c.patterns {
		if found := p.matches.FindStringSubmatch(english); found != nil {
			return p.fill(found[1:])
		}
	}
	return english
}

// fill puts what stood in the places of the English text into the translation.
func (p pattern) fill(values []string) string {
	i := 0
	return place.ReplaceAllStringFunc(p.translation, func(s string) string {
		i++
		name := strings.Trim(s, "{}")
		if name == "" {
			name = strconv.Itoa(i)
		}
		for n, known := range p.names {
			if known == name {
				return values[n]
			}
		}
		return s
	})
}

// Prose returns a lesson's text in the language, or the English one.
func (c *Catalogue) Prose(lesson, english string) string {
	if c == nil || c.prose[lesson] == "" {
		return english
	}
	return c.prose[lesson]
}
