package bench

import "path/filepath"

// Subject is what a person made by commands of their own, wherever it lies and
// whatever it is called. A bench that has one is a view: what verifies a step
// judges the subject, and nothing of it is ever the bench's to destroy.
type Subject struct {
	// PID is the process that stands, or 0 where none was found.
	PID int
	// Paths say where files lie that a bench has in its directory, by their
	// names there, such as "rootfs".
	Paths map[string]string
	// Group is the cgroup's name, for where the process is in none of its own;
	// empty is the bench's.
	Group string
}

// View is a bench for looking at a subject, with dir for what the subject does
// not say. It is not held, and can't be destroyed.
func View(id, dir string, s Subject) *Bench {
	return &Bench{ID: id, Dir: dir, Subject: &s}
}

// elsewhere returns the path of a file that the subject has somewhere else.
func (b *Bench) elsewhere(elem []string) (string, bool) {
	if b.Subject == nil || len(elem) == 0 {
		return "", false
	}
	at, found := b.Subject.Paths[elem[0]]
	return filepath.Join(append([]string{at}, elem[1:]...)...), found
}
