package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// record is a lesson's in progress.json.
type record struct {
	Done     time.Time                           `json:"done,omitzero"`
	How      string                              `json:"how,omitempty"`
	Attempts int                                 `json:"attempts,omitempty"`
	Evidence []struct{ Check, Want, Got string } `json:"evidence,omitempty"`
}

// progressFile is progress.json as another program sees it.
type progressFile struct {
	Version int               `json:"version"`
	Lessons map[string]record `json:"lessons"`
}

// records reads a home's.
func records(t *testing.T, home string) map[string]record {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(home, "progress.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file progressFile
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return file.Lessons
}

// pass makes a home in which lessons were passed by request.
func pass(t *testing.T, home string, names []string) {
	t.Helper()
	file := progressFile{Version: 1, Lessons: map[string]record{}}
	for _, name := range names {
		file.Lessons[name] = record{Done: time.Now().UTC(), How: "unlock"}
	}
	text, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "progress.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
}
