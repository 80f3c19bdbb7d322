package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"byhand/lab/options"
)

// runFlags binds the flags of run and create to options.
func runFlags(c *cobra.Command, o *options.Options, pull *string) {
	f := c.Flags()
	// What comes behind the image's name belongs to the container's program.
	f.SetInterspersed(false)
	f.BoolVarP(&o.Interactive, "interactive", "i", false, "keep standard input open")
	f.BoolVarP(&o.TTY, "tty", "t", false, "give the container a terminal")
	f.BoolVar(&o.Remove, "rm", false, "remove the container when it has ended")
	f.BoolVar(&o.Init, "init", false, "run a small first process that forwards signals and reaps orphans")
	f.StringVar(&o.Name, "name", "", "what the container is called")
	f.StringVar(&o.Rootfs, "rootfs", "", "a directory or tar file as the root, in place of an image; then there is no IMAGE")
	f.StringVar(pull, "pull", pullMissing, "when to bring the image from its registry: always, missing or never")
	f.StringVar(&o.CIDFile, "cidfile", "", "write the container's ID to this file")
	f.StringVarP(&o.Workdir, "workdir", "w", "", "where the program starts")
	f.StringVarP(&o.User, "user", "u", "", "who it runs as: NAME|UID[:GROUP|GID]")
	f.StringVarP(&o.Hostname, "hostname", "h", "", "the container's host name")
	f.StringArrayVarP(&o.Env, "env", "e", nil, "set an environment variable")
	f.StringArrayVar(&o.EnvFile, "env-file", nil, "read environment variables from a file")
	f.StringArrayVarP(&o.Label, "label", "l", nil, "set a label, KEY=VALUE")
	f.StringArrayVar(&o.LabelFile, "label-file", nil, "read labels from a file")
	f.StringArrayVarP(&o.Volume, "volume", "v", nil, "bind a directory or a volume: SOURCE:TARGET[:ro]")
	f.StringArrayVar(&o.Mount, "mount", nil, "attach a file system: type=bind,source=,target=[,readonly]")
	f.StringArrayVar(&o.Tmpfs, "tmpfs", nil, "mount memory: TARGET[:size=,mode=]")
	f.StringVar(&o.Network, "network", "", "none, host, or where nothing is said bridge; for who is not root, loopback")
	f.StringVar(&o.Network, "net", "", "as --network")
	f.StringArrayVarP(&o.Publish, "publish", "p", nil, "publish a port: [[IP:]HOST:]CONTAINER[/udp]")
	f.BoolVarP(&o.PublishAll, "publish-all", "P", false, "publish every exposed port")
	f.StringArrayVar(&o.Expose, "expose", nil, "expose a port")
	f.StringArrayVar(&o.AddHost, "add-host", nil, "add a line to /etc/hosts: NAME:ADDRESS")
	f.StringArrayVar(&o.DNS, "dns", nil, "set a name server")
	f.StringArrayVar(&o.CapAdd, "cap-add", nil, "add a capability")
	f.StringArrayVar(&o.CapDrop, "cap-drop", nil, "take a capability away")
	f.BoolVar(&o.Privileged, "privileged", false, "leave out most of the walls")
	f.StringArrayVar(&o.SecurityOpt, "security-opt", nil, "no-new-privileges, seccomp=unconfined|FILE")
	f.BoolVar(&o.ReadOnly, "read-only", false, "make the root read-only")
	f.StringArrayVar(&o.Ulimit, "ulimit", nil, "limit each process: NAME=SOFT[:HARD]")
	f.StringArrayVar(&o.Device, "device", nil, "add a device: SOURCE[:TARGET][:rwm]")
	f.StringVar(&o.ShmSize, "shm-size", "", "how much /dev/shm may hold (64m)")
	f.StringVar(&o.Restart, "restart", "", "no, always, unless-stopped or on-failure[:N]")
	f.StringVar(&o.StopSignal, "stop-signal", "", "what stop sends (SIGTERM)")
	f.IntVar(&o.StopTimeout, "stop-timeout", -1, "seconds until stop kills (10)")
	f.Var(entrypoint{o}, "entrypoint", "the program, in place of the image's")
	limitFlags(f, &o.Limits)
	// -h is the host name, as in Docker's.
	f.Bool("help", false, "help for "+c.Name())
	_ = f.MarkHidden("net")
}

// limitFlags binds those that update has too.
func limitFlags(f *pflag.FlagSet, l *options.Limits) {
	f.StringVar(&l.CPUs, "cpus", "", "how many processors' time it may use")
	f.Int64VarP(&l.CPUShares, "cpu-shares", "c", 0, "its weight against others (1024)")
	f.StringVarP(&l.Memory, "memory", "m", "", "how much memory it may have, as 80m")
	f.StringVar(&l.MemorySwap, "memory-swap", "", "memory and swap together; -1 without end")
	f.Int64Var(&l.PIDs, "pids-limit", 0, "how many tasks it may have")
	f.Int64Var(&l.BlkIOWeight, "blkio-weight", 0, "its weight at the disks, 10 to 1000")
	f.StringArrayVar(&l.DeviceRules, "device-cgroup-rule", nil, "allow devices, as 'c 1:3 rwm'")
	f.StringArrayVar(&l.ReadBPS, "device-read-bps", nil, "bytes a second that it may read: /dev/NAME:1mb")
	f.StringArrayVar(&l.WriteBPS, "device-write-bps", nil, "bytes a second that it may write")
	f.StringArrayVar(&l.ReadIOPS, "device-read-iops", nil, "reads a second")
	f.StringArrayVar(&l.WriteIOPS, "device-write-iops", nil, "writes a second")
}

// entrypoint is a flag that tells an empty value from none.
type entrypoint struct{ o *options.Options }

func (e entrypoint) String() string { return "" }

func (e entrypoint) Type() string { return "string" }

func (e entrypoint) Set(text string) error {
	e.o.Entrypoint = &text
	return nil
}
