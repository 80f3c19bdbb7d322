package rows

import (
	"path/filepath"
	"strconv"
	"time"

	"byhand/lab/mount"
	"byhand/lab/state"
)

// Details is what inspect shows of a container, with Docker's names, so that
// its users' templates serve here too. What Docker has and the lab has not is
// left out.
type Details struct {
	ID              string `json:"Id"`
	Created         time.Time
	Path            string
	Args            []string
	State           DetailsState
	Image           string
	ResolvConfPath  string
	HostnamePath    string
	HostsPath       string
	LogPath         string
	Name            string
	RestartCount    int
	Driver          string
	Platform        string
	HostConfig      HostConfig
	GraphDriver     GraphDriver
	Mounts          []DetailsMount
	Config          DetailsConfig
	NetworkSettings NetworkSettings
}

// DetailsState is how it fares.
type DetailsState struct {
	Status                      string
	Running, Paused, Restarting bool
	OOMKilled, Dead             bool
	Pid, ExitCode               int
	Error                       string
	StartedAt, FinishedAt       time.Time
}

// HostConfig is what the machine gives it.
type HostConfig struct {
	Binds                                        []string
	NetworkMode                                  string
	PortBindings                                 []string
	RestartPolicy                                RestartPolicy
	AutoRemove, Privileged, ReadonlyRootfs, Init bool
	CapAdd, CapDrop, SecurityOpt                 []string
	Memory, MemorySwap, NanoCpus, CpuShares      int64
	PidsLimit, BlkioWeight, ShmSize              int64
	CgroupParent                                 string
}

// RestartPolicy says when it is started again.
type RestartPolicy struct {
	Name              string
	MaximumRetryCount int
}

// GraphDriver says where the root comes from.
type GraphDriver struct {
	Name string
	Data map[string]string
}

// DetailsMount is one of its mounts.
type DetailsMount struct {
	Type        string
	Name        string `json:",omitempty"`
	Source      string
	Destination string
	Driver      string `json:",omitempty"`
	Mode        string
	RW          bool
	Propagation string
}

// DetailsConfig is what it was told to run.
type DetailsConfig struct {
	Hostname, User            string
	Tty, OpenStdin, StdinOnce bool
	Env, Cmd                  []string
	Image, WorkingDir         string
	Entrypoint                []string
	Labels                    map[string]string
	StopSignal                string   `json:",omitempty"`
	ExposedPorts              []string `json:",omitempty"`
}

// NetworkSettings is how it is connected.
type NetworkSettings struct {
	IPAddress   string
	IPPrefixLen int
	Gateway     string
	MacAddress  string
	Ports       []string
	Networks    map[string]NetworkSettingsOne
}

// NetworkSettingsOne is the same by the network's name.
type NetworkSettingsOne struct {
	IPAddress, Gateway, MacAddress string
	IPPrefixLen                    int
}

// DetailsOf gathers a container's.
func DetailsOf(l state.Listed) Details {
	c, s := l.Config, l.Status
	argv := c.Argv()
	a := s.Address
	return Details{
		ID: c.ID, Created: c.Created, Path: argv[0], Args: argv[1:], Image: c.ImageID, Name: "/" + l.Name,
		ResolvConfPath: l.Box.Path("resolv.conf"), HostnamePath: l.Box.Path("hostname"), HostsPath: l.Box.Path("hosts"),
		LogPath: l.Box.Path("log.json"), RestartCount: s.Restarts, Driver: "overlay", Platform: "linux",
		State: DetailsState{
			Status: s.Word, Running: s.Running() || s.Word == "restarting", Paused: s.Word == "paused", Restarting: s.Word == "restarting",
			OOMKilled: s.OOMKilled, Pid: s.PID, ExitCode: s.ExitCode, Error: s.Error, StartedAt: s.Started, FinishedAt: s.Finished,
		},
		HostConfig: hostConfig(l), Mounts: mounts(l),
		GraphDriver: GraphDriver{Name: "overlay", Data: map[string]string{"UpperDir": l.Box.Path("upper"), "WorkDir": l.Box.Path("work"), "MergedDir": l.Box.Path("root")}},
		Config: DetailsConfig{
			Hostname: c.Hostname, User: c.User, Tty: c.TTY, OpenStdin: c.OpenStdin, StdinOnce: c.StdinOnce, Env: c.Env, Cmd: c.Cmd,
			Image: c.Image, WorkingDir: c.WorkingDir, Entrypoint: c.Entrypoint, Labels: c.Labels, StopSignal: c.StopSignal, ExposedPorts: c.Exposed,
		},
		NetworkSettings: NetworkSettings{
			IPAddress: a.IP, IPPrefixLen: a.Prefix, Gateway: a.Gateway, MacAddress: a.MAC, Ports: a.Ports,
			Networks: map[string]NetworkSettingsOne{c.Network: {IPAddress: a.IP, Gateway: a.Gateway, MacAddress: a.MAC, IPPrefixLen: a.Prefix}},
		},
	}
}

func hostConfig(l state.Listed) HostConfig {
	c := l.Config
	h := HostConfig{
		NetworkMode: c.Network, PortBindings: c.Ports, RestartPolicy: RestartPolicy{Name: c.Restart.Policy, MaximumRetryCount: c.Restart.Most},
		AutoRemove: c.AutoRemove, Privileged: c.Security.Privileged, ReadonlyRootfs: c.ReadOnly, Init: c.Init,
		CapAdd: c.Security.CapAdd, CapDrop: c.Security.CapDrop, Memory: c.Limits.Memory, MemorySwap: c.Limits.MemorySwap,
		NanoCpus: int64(c.Limits.CPUs * 1e9), CpuShares: c.Limits.CPUShares, PidsLimit: c.Limits.PIDs,
		BlkioWeight: c.Limits.BlkIOWeight, ShmSize: c.ShmSize,
	}
	if h.RestartPolicy.Name == "" {
		h.RestartPolicy.Name = "no"
	}
	if c.Security.NoNewPrivileges {
		h.SecurityOpt = []string{"no-new-privileges"}
	}
	if g := l.Status.Group; g != nil && len(g.Dirs) > 0 {
		h.CgroupParent = filepath.Dir(g.Dirs[0].Path)
	}
	for _, m := range c.Mounts {
		if m.Type != mount.TypeTmpfs {
			h.Binds = append(h.Binds, m.Source+":"+m.Target)
		}
	}
	return h
}

func mounts(l state.Listed) []DetailsMount {
	list := []DetailsMount{}
	for _, m := range l.Config.Mounts {
		d := DetailsMount{Type: string(m.Type), Source: m.Source, Destination: m.Target, RW: !m.ReadOnly, Propagation: string(m.Bind.Propagation)}
		if m.Type == mount.TypeVolume {
			d.Name, d.Source, d.Driver, d.Mode = m.Source, l.Box.Volumes().At(m.Source).Data(), "local", "z"
		}
		if m.Type == mount.TypeTmpfs && m.Tmpfs.Size != 0 {
			d.Mode = "size=" + strconv.FormatInt(m.Tmpfs.Size, 10)
		}
		list = append(list, d)
	}
	return list
}
