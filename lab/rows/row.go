package rows

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"byhand/lab/mount"
	"byhand/lab/state"
)

// Row is a container in a list, with the names that ps --format knows.
type Row struct {
	ID, Image, Command, CreatedAt, RunningFor, Ports, State, Status, Size, Names, Labels, Mounts, LocalVolumes, Networks string

	listed state.Listed
}

// Label returns the value of a label, for templates.
func (r Row) Label(key string) string { return r.listed.Config.Labels[key] }

// RowOf makes a container's row. Whole leaves IDs and commands uncut.
func RowOf(l state.Listed, whole bool, now time.Time) Row {
	c := l.Config
	r := Row{
		ID: c.ID, Image: c.Image, Command: strings.Join(c.Argv(), " "), CreatedAt: c.Created.Local().Format("2006-01-02 15:04:05 -0700 MST"),
		RunningFor: Duration(now.Sub(c.Created)) + " ago", Ports: portsOf(l),
		State: l.Status.Word, Status: Words(l.Status, now), Size: "0B", Names: l.Name, Networks: c.Network, listed: l,
	}
	if !whole {
		r.ID = c.ID[:12]
		if text := []rune(r.Command); len(text) > 20 {
			r.Command = string(text[:19]) + "…"
		}
	}
	r.Command = fmt.Sprintf("%q", r.Command)
	var labels, mounts []string
	volumes := 0
	for _, key := range slices.Sorted(maps.Keys(c.Labels)) {
		labels = append(labels, key+"="+c.Labels[key])
	}
	for _, m := range c.Mounts {
		if m.Type != mount.TypeTmpfs {
			mounts = append(mounts, m.Source)
		}
		if m.Type == mount.TypeVolume {
			volumes++
		}
	}
	r.Labels, r.Mounts, r.LocalVolumes = strings.Join(labels, ","), strings.Join(mounts, ","), strconv.Itoa(volumes)
	return r
}

// portsOf lists the ports of a container that runs, first those published.
func portsOf(l state.Listed) string {
	if !l.Status.Running() {
		return ""
	}
	var list []string
	published := map[string]bool{}
	for _, port := range l.Status.Address.Ports {
		inside, host, _ := strings.Cut(port, " -> ")
		published[inside] = true
		list = append(list, host+"->"+inside)
	}
	for _, port := range l.Config.Exposed {
		if !strings.Contains(port, "/") {
			port += "/tcp"
		}
		if !published[port] {
			published[port] = true
			list = append(list, port)
		}
	}
	return strings.Join(list, ", ")
}

// TableOf is the template of the list without --format.
const TableOf = "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}"

// Header are the columns' titles.
func Header() map[string]string {
	return map[string]string{
		"ID": "CONTAINER ID", "Image": "IMAGE", "Command": "COMMAND", "CreatedAt": "CREATED AT", "RunningFor": "CREATED",
		"Ports": "PORTS", "State": "STATE", "Status": "STATUS", "Size": "SIZE", "Names": "NAMES", "Labels": "LABELS",
		"Mounts": "MOUNTS", "LocalVolumes": "LOCAL VOLUMES", "Networks": "NETWORKS",
	}
}
