package xray

import (
	"fmt"
	"strconv"
	"strings"
)

// Section is a part of an anatomy as it is shown to people.
type Section struct {
	// Title names it.
	Title string
	// Rows are what it says; each is a line, its entries standing in columns.
	Rows []Row
}

// Row is a line of a section.
type Row struct {
	// Cells are its entries.
	Cells []string
	// Apart marks what the process has of its own, and Warn what could not be
	// read.
	Apart, Warn bool
}

// Sections returns the anatomy in words. What changes by itself comes first.
func (a Anatomy) Sections() []Section {
	return []Section{
		a.process(), a.apartSection(), a.groupsSection(), a.companionsSection(), a.network(), a.rights(), a.mountsSection(),
	}
}

// add adds a row, or in its place why its value could not be read; name is the
// field's in JSON.
func (s *Section) add(a Anatomy, name, label, value string) {
	if why := a.Unread[name]; why != "" {
		s.Rows = append(s.Rows, Row{Cells: []string{label, why}, Warn: true})
		return
	}
	s.Rows = append(s.Rows, Row{Cells: []string{label, value}})
}

func (a Anatomy) process() Section {
	s := Section{Title: fmt.Sprintf("process %d: %s", a.PID, a.Name)}
	if a.Container != nil {
		s.Rows = append(s.Rows, Row{Cells: []string{"container", a.Container.String()}})
	}
	command := strings.Join(a.Command, " ")
	if len(a.Command) == 0 {
		command = "none: it is a kernel thread or has ended"
	}
	s.add(a, "command", "command", command)
	s.add(a, "", "state", fmt.Sprintf("%s, parent %d", a.State, a.Parent))
	if a.Inside != a.PID {
		s.add(a, "", "number inside", strconv.Itoa(a.Inside))
	}
	s.add(a, "root", "root", a.Root)
	s.add(a, "cwd", "directory", a.Cwd)
	oom := ""
	if a.OOM != nil {
		oom = fmt.Sprintf("score %d, adjusted by %d", a.OOM.Score, a.OOM.Adjust)
	}
	s.add(a, "oom", "out of memory", oom)
	return s
}

func (a Anatomy) apartSection() Section {
	s := Section{Title: "namespaces"}
	for _, n := range a.Namespaces {
		s.Rows = append(s.Rows, Row{Cells: []string{n.Kind, n.ID, n.Shared()}, Apart: !n.Ours})
	}
	if why := a.Unread["namespaces"]; why != "" {
		s.Rows = append(s.Rows, Row{Cells: []string{"not read", "", why}, Warn: true})
	}
	s.Rows = append(s.Rows, Row{Cells: []string{"user map", "", orWhy(a, "uid_map", ranges(a.UIDMap))}, Warn: a.Unread["uid_map"] != ""},
		Row{Cells: []string{"group map", "", orWhy(a, "gid_map", ranges(a.GIDMap))}, Warn: a.Unread["gid_map"] != ""})
	return s
}

func orWhy(a Anatomy, name, value string) string {
	if why := a.Unread[name]; why != "" {
		return why
	}
	return value
}

// Shared says with whom a namespace is shared.
func (n Namespace) Shared() string {
	first := "process 1 may not be looked at"
	if n.First != nil {
		first = "not with process 1"
		if *n.First {
			first = "with process 1"
		}
	}
	switch {
	case n.Ours && n.First != nil && *n.First:
		return "shared with us and " + first
	case n.Ours:
		return "shared with us; " + first
	case n.First != nil && *n.First:
		return "not ours; shared " + first
	case n.First != nil:
		return "ITS OWN"
	}
	return "NOT OURS; " + first
}

// ranges says an id map in words.
func ranges(idMap string) string {
	f := strings.Fields(idMap)
	var all []string
	for ; len(f) >= 3; f = f[3:] {
		switch {
		case f[0] == "0" && f[1] == "0" && f[2] == "4294967295":
			all = append(all, "every number as it is")
		case f[2] == "1":
			all = append(all, fmt.Sprintf("%s inside is %s outside", f[0], f[1]))
		default:
			all = append(all, fmt.Sprintf("%s inside is %s outside, %s in a row", f[0], f[1], f[2]))
		}
	}
	if all == nil {
		return "none written yet"
	}
	return strings.Join(all, "; ")
}

func (a Anatomy) groupsSection() Section {
	s := Section{Title: "control groups"}
	for _, g := range a.Groups {
		name := g.Controller
		if name == "" {
			name = "v2"
		}
		where := g.Path
		if g.Dir == "" {
			where += " (not mounted where we see it)"
		}
		if name != "v2" {
			where = fmt.Sprintf("v%d %s", g.Version, where)
		}
		s.Rows = append(s.Rows, Row{Cells: []string{name, where}, Apart: g.Path != "/"})
		for _, v := range g.Values {
			s.Rows = append(s.Rows, Row{Cells: []string{"", v.String()}, Warn: v.Unread != ""})
		}
	}
	if why := a.Unread["cgroups"]; why != "" {
		s.Rows = append(s.Rows, Row{Cells: []string{"not read", why}, Warn: true})
	}
	return s
}

// String is such as "memory.max: 83886080, 80 MiB".
func (v Value) String() string {
	text := v.Text
	switch {
	case v.Unread != "":
		text = v.Unread
	case text == "":
		text = "nothing set"
	case v.Means != "" && (!limits(text) || strings.HasPrefix(v.Means, text+" ")):
		text = v.Means
	case v.Means != "":
		text += ", " + v.Means
	}
	if v.From != "" {
		text += ", set by " + v.From
	}
	return v.File + ": " + text
}
