package progress

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// encode is json.Marshal that leaves <, > and & readable: evidence is full of
// them, and nobody puts this file into a web page.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// object splits a valid JSON object into its members as they stand. Unlike
// json.Unmarshal it refuses null, and a name that occurs twice, of which one
// value would get lost.
func object(data []byte) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	if start, err := d.Token(); err != nil {
		return nil, err
	} else if start != json.Delim('{') {
		return nil, errors.New("it is not a JSON object")
	}
	members := map[string]json.RawMessage{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string) // nothing else can stand here
		if _, twice := members[name]; twice {
			return nil, fmt.Errorf("the name %q occurs twice", name)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		members[name] = value
	}
	return members, nil
}
