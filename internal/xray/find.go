package xray

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"byhand/internal/kernel"
)

// ErrNone says that nothing on the machine is called so.
var ErrNone = errors.New("no process and no container on this machine is called so")

// ErrSeveral says that a name is that of several.
var ErrSeveral = errors.New("several are called so")

// Find returns the first process of what a person means: a PID, a container's
// name or the beginning of its ID, or the name of a container's program.
func Find(word string, known map[int]Identity) (int, *Identity, error) {
	if pid, err := strconv.Atoi(word); err == nil && pid > 0 {
		// A number of a few digits may still begin a container's ID.
		if _, err := kernel.ReadStat(pid); err == nil {
			return pid, identityOf(pid, known), nil
		}
	}
	list, err := Containers(known)
	if err != nil {
		return 0, nil, err
	}
	for _, same := range []func(Container) bool{
		func(c Container) bool { return c.Name == word || c.ID == word },
		func(c Container) bool { return len(word) >= 3 && strings.HasPrefix(c.ID, word) },
		func(c Container) bool { return c.Command == word },
	} {
		var found []Container
		for _, c := range list.Containers {
			if same(c) {
				found = append(found, c)
			}
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			return found[0].PID, &found[0].Identity, nil
		}
		var pids []string
		for _, c := range found {
			pids = append(pids, strconv.Itoa(c.PID))
		}
		return 0, nil, fmt.Errorf("%q: %w: processes %s", word, ErrSeveral, strings.Join(pids, ", "))
	}
	return 0, nil, fmt.Errorf("%q: %w", word, ErrNone)
}

// identityOf finds a process among the containers.
func identityOf(pid int, known map[int]Identity) *Identity {
	s, err := kernel.ReadStat(pid)
	if err != nil {
		return nil
	}
	all, err := kernel.Processes()
	if err != nil {
		return nil
	}
	t, _ := look(s, known, engines(all))
	if t.id.Engine == "" || t.id.Engine == unknown {
		return nil
	}
	return &t.id
}
