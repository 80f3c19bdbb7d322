package rows

import (
	"fmt"

	units "github.com/docker/go-units"

	"byhand/lab/control"
	"byhand/lab/state"
)

// Stat is a container in the list of stats, with the names that --format knows.
type Stat struct {
	Container, ID, Name, CPUPerc, MemUsage, MemPerc, NetIO, BlockIO, PIDs string
}

// StatOf makes a container's row of what it used between two moments. Of one
// that does not run there is nothing to say.
func StatOf(l state.Listed, asked string, whole bool, before, now control.Usage) Stat {
	s := Stat{Container: asked, ID: l.Config.ID, Name: l.Name}
	if !whole {
		s.ID = s.ID[:12]
	}
	if !l.Status.Running() {
		s.CPUPerc, s.MemUsage, s.MemPerc, s.NetIO, s.BlockIO, s.PIDs = "0.00%", "0B / 0B", "0.00%", "0B / 0B", "0B / 0B", "0"
		return s
	}
	s.CPUPerc = fmt.Sprintf("%.2f%%", now.Percent(before))
	s.MemUsage = units.BytesSize(float64(now.Memory)) + " / " + units.BytesSize(float64(now.Limit))
	s.MemPerc = fmt.Sprintf("%.2f%%", now.MemoryPercent())
	s.NetIO = sizes(now.Received, now.Sent)
	s.BlockIO = sizes(now.Read, now.Written)
	s.PIDs = fmt.Sprint(now.PIDs)
	return s
}

func sizes(a, b int64) string {
	return units.HumanSizeWithPrecision(float64(a), 3) + " / " + units.HumanSizeWithPrecision(float64(b), 3)
}

// StatTable is the template of stats without --format.
const StatTable = "table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}"

// StatHeader are the columns' titles.
func StatHeader() map[string]string {
	return map[string]string{
		"Container": "CONTAINER", "ID": "CONTAINER ID", "Name": "NAME", "CPUPerc": "CPU %", "MemUsage": "MEM USAGE / LIMIT",
		"MemPerc": "MEM %", "NetIO": "NET I/O", "BlockIO": "BLOCK I/O", "PIDs": "PIDS",
	}
}
