package container

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/cgroup"
	"byhand/lab/mount"
	"byhand/lab/namespace"
	"byhand/lab/network"
	"byhand/lab/process"
	"byhand/lab/rootdir"
	"byhand/lab/sys"
)

// Plan is what a process needs to become a container, worked out beforehand.
type Plan struct {
	// Config is what the container is to be.
	Config Config
	// Root is where its root is put together.
	Root rootdir.Overlay
	// Files are bind mounts of files that are made for it, such as /etc/hosts.
	Files []mount.Spec
	// Volumes is the directory of the volumes that its Config names.
	Volumes string
	// First says that it has never run, so that its volumes may be filled.
	First bool
	// Group is its cgroup, or nil where none could be made.
	Group *cgroup.Group
	// Caps are its capabilities.
	Caps kernel.Capabilities
	// Filter is its filter of system calls; empty for none.
	Filter []unix.SockFilter
}

// Outcome is why a program could not be executed: the status that a shell
// would give, and the reason.
type Outcome struct {
	// Status is 126 where the program can't be executed, 127 where there is none.
	Status int
	// Reason says why.
	Reason string
}

// Flags are the namespaces that a container is born in. That of cgroups comes
// later, when it is in its cgroup: what is "/" then is what it was in when the
// namespace was made.
func (c Config) Flags() uintptr {
	flags := uintptr(unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWPID)
	if c.Network != Host {
		flags |= unix.CLONE_NEWNET
	}
	return flags
}

// Run is a stage: born in new namespaces as their first process, it makes of
// itself the container of a Plan, and executes the program. Its first file is
// a socket to which it sends the terminal's master, if it has a terminal.
func Run(c *process.Child, p Plan) (Outcome, error) {
	// Namespaces, cgroups on v1, capabilities and filters are each thread's
	// own, and execve(2) keeps those of the thread that calls it.
	runtime.LockOSThread()
	b := &builder{Plan: p, t: c.Trace, socket: c.Files[0], child: c}
	for _, step := range []func() error{
		b.join,     // the cgroup, while its files are in sight
		b.part,     // from the machine's mounts and cgroups
		b.layer,    // the root's files
		b.kernelFS, // proc, sys, dev, shm, mqueue, cgroup
		b.devices,  // null, zero, random and the like
		b.attach,   // the user's mounts, and /etc/hosts
		b.enter,    // the root, for good
		b.name,     // the machine's name, the loopback device
		b.cover,    // what of proc and sys is nobody's business
		b.terminal, // of the container's own devpts
		b.limit,    // each process
	} {
		if err := step(); err != nil {
			return Outcome{}, err
		}
	}
	if p.Config.Init {
		return b.reap()
	}
	return b.become()
}

// builder is a container on its way.
type builder struct {
	Plan
	t      *sys.Tracer
	socket *os.File
	child  *process.Child
}

// join goes into the container's cgroup: what is used from here on counts.
func (b *builder) join() error {
	if b.Group == nil {
		return nil
	}
	return b.Group.JoinSelf(b.t)
}

// part leaves the machine's cgroup namespace, and takes care that what is
// mounted from here on stays here.
func (b *builder) part() error {
	if err := b.t.Unshare(unix.CLONE_NEWCGROUP); err != nil {
		return err
	}
	// A slave and not private, as under Docker: what the machine mounts below a
	// directory that the container shares may still turn up where that is asked for.
	return mount.Propagate(b.t, "/", mount.RSlave)
}

// layer puts the root together.
func (b *builder) layer() error { return b.Root.Mount(b.t, b.Config.Rootless) }

// attach gives the container the directories and files of the machine's that
// it is to have.
func (b *builder) attach() error {
	unix.Umask(0o022)
	for _, s := range append(b.Config.Mounts, b.Files...) {
		if err := b.attachOne(s); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) attachOne(s mount.Spec) error {
	switch s.Type {
	case mount.TypeTmpfs:
		return b.tmpfs(s)
	case mount.TypeVolume:
		return b.volume(s)
	}
	return mount.Attach(b.t, b.Root.Target, s)
}

// enter makes the root read-only if it is to be, and the process's own.
func (b *builder) enter() error {
	if b.Config.ReadOnly {
		if err := mount.ReadOnly(b.t, b.Root.Target); err != nil {
			return err
		}
	}
	return rootdir.Pivot(b.t, b.Root.Target)
}

// name names the machine that the container is.
func (b *builder) name() error {
	if b.Config.Network != Host {
		if err := network.Loopback(b.t); err != nil {
			return err
		}
	}
	return b.t.Sethostname(b.Config.Hostname)
}

// become executes the container's program.
func (b *builder) become() (Outcome, error) {
	p, err := b.program()
	if err != nil {
		return Failed(err), nil
	}
	return p.execute(b.t)
}

// program is the container's own, and who that runs as, by the names that the
// root has for users.
func (b *builder) program() (Program, error) {
	c := b.Config
	who, err := LookUp(c.User)
	return Program{
		Argv: c.Argv(), Env: c.Env, Dir: c.WorkingDir, TTY: c.TTY, Who: who,
		Caps: b.Caps, Filter: b.Filter, NoNewPrivileges: c.Security.NoNewPrivileges, First: b.child,
	}, err
}

// Born is the Command of a process that makes a container of a Plan.
func Born(p Plan) process.Command { return namespace.Isolated(p.Config.Flags(), "container", p) }
