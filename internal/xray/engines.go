package xray

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"byhand/internal/kernel"
)

// engineTable is what the command lines of engines' processes tell.
type engineTable struct {
	// children are, by the PID of the process that minds a container, which one:
	// the container's first process is its child.
	children map[int]Identity
	// names are people's, by ID.
	names map[string]string
	// stores are directories in which Docker keeps a directory for each container.
	stores []string
}

// engines reads the command lines of containerd's shims, of podman's conmon and
// of Docker's daemon.
func engines(all []kernel.Stat) engineTable {
	t := engineTable{children: map[int]Identity{}, names: map[string]string{}, stores: []string{"/var/lib/docker"}}
	for _, s := range all {
		argv, err := kernel.CommandLine(s.PID)
		if err != nil || len(argv) == 0 {
			continue
		}
		program := filepath.Base(argv[0])
		switch {
		case strings.HasPrefix(program, "containerd-shim"):
			engine := "containerd"
			if option(argv, "namespace") == "moby" {
				engine = "docker"
			}
			if id := option(argv, "id"); id != "" {
				t.children[s.PID] = Identity{Engine: engine, ID: id}
			}
		case program == "conmon":
			id, name := first(option(argv, "c"), option(argv, "cid")), first(option(argv, "n"), option(argv, "name"))
			if id != "" {
				t.children[s.PID], t.names[id] = Identity{Engine: "podman", ID: id, Name: name}, name
			}
		case program == "dockerd":
			if root := first(option(argv, "data-root"), option(argv, "g")); root != "" {
				t.stores = append(t.stores, root)
			}
		}
	}
	for pid, id := range t.children {
		t.children[pid] = t.named(id)
	}
	return t
}

// named adds the name that people gave to a container, where it can be read.
func (t engineTable) named(id Identity) Identity {
	if id.Name == "" {
		id.Name = t.names[id.ID]
	}
	if id.Engine != "docker" || id.Name != "" {
		return id
	}
	for _, store := range t.stores {
		text, err := os.ReadFile(filepath.Join(store, "containers", id.ID, "config.v2.json"))
		var config struct{ Name string }
		if err == nil && json.Unmarshal(text, &config) == nil {
			id.Name = strings.TrimPrefix(config.Name, "/")
			t.names[id.ID] = id.Name
		}
	}
	return id
}

// option returns an option's value from a command line, in any of the ways to
// write it: -name value, --name value, --name=value.
func option(argv []string, name string) string {
	for i, arg := range argv {
		arg = strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-")
		if value, found := strings.CutPrefix(arg, name+"="); found && strings.HasPrefix(argv[i], "-") {
			return value
		}
		if arg == name && strings.HasPrefix(argv[i], "-") && i+1 < len(argv) {
			return argv[i+1]
		}
	}
	return ""
}

func first(values ...string) string {
	i := slices.IndexFunc(values, func(s string) bool { return s != "" })
	if i < 0 {
		return ""
	}
	return values[i]
}
