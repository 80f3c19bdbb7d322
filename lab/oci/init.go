package oci

import (
	"fmt"
	"os"
	"runtime"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"byhand/lab/cgroup"
	"byhand/lab/container"
	"byhand/lab/mount"
	"byhand/lab/network"
	"byhand/lab/process"
	"byhand/lab/rootdir"
	"byhand/lab/sys"
)

// Birth is what a process needs to know to become a container.
type Birth struct {
	// Spec is the bundle's configuration, checked.
	Spec specs.Spec
	// State is what hooks are told, but for the pid.
	State specs.State
	// Group is the container's cgroup.
	Group *cgroup.Group
	// Filter is the container's filter of system calls; empty for none.
	Filter []unix.SockFilter
}

// The descriptors that Init is given, in this order; the last only where the
// program has a terminal.
const (
	fileSync = iota // to the one who creates: pauses for the hooks
	fileStart
	fileConsole
)

// Init is a stage: born in the namespaces of a configuration, it makes of itself
// the container, says so, waits to be started, and executes the program.
func Init(c *process.Child, b Birth) (container.Outcome, error) {
	// Namespaces, cgroups on v1, capabilities and filters are each thread's
	// own, and execve(2) keeps those of the thread that calls it.
	runtime.LockOSThread()
	i := &first{Birth: b, t: c.Trace, files: c.Files}
	for _, step := range []func() error{
		i.session,      // of its own, for job control and signals
		i.join,         // the cgroup, while its files are in sight
		i.part,         // from the machine's namespaces and mounts
		i.root,         // a mount of its own, to become the root
		i.mounts,       // in the order of the configuration
		i.devices,      // and the links to descriptors
		i.sysctl,       // through the machine's /proc, whose files show our namespaces
		i.score,        // how soon the kernel kills it for want of memory
		i.runtimeHooks, // of the runtime's side, and then the container's
		i.enter,        // the root, for good
		i.name,         // host and domain, and the loopback device
		i.cover,        // what of proc and sys is nobody's business
		i.console,      // of the container's own devpts
		i.limits,       // of each process
	} {
		if err := step(); err != nil {
			return container.Outcome{}, err
		}
	}
	path, err := i.find()
	if err != nil {
		return container.Failed(err), nil
	}
	c.Report(container.Outcome{})
	return container.Outcome{}, i.wait(path)
}

// first is the container's first process, on its way.
type first struct {
	Birth
	t     *sys.Tracer
	files []*os.File
}

func (i *first) session() error { return i.t.Setsid() }

// join goes into the container's cgroup: what is used from here on counts.
//
// In a user namespace it may not: there its creator puts it in (Container.bear).
func (i *first) join() error {
	if _, found := namespaceOf(&i.Spec, specs.UserNamespace); found {
		return nil
	}
	return i.Group.JoinSelf(i.t)
}

// part joins the namespaces that have a path, and makes that of cgroups.
func (i *first) part() error {
	if err := enterNamespaces(i.t, &i.Spec); err != nil {
		return err
	}
	for kind, flag := range map[specs.LinuxNamespaceType]int{
		specs.CgroupNamespace: unix.CLONE_NEWCGROUP, specs.TimeNamespace: unix.CLONE_NEWTIME,
	} {
		if n, found := namespaceOf(&i.Spec, kind); found && n.Path == "" {
			if err := i.t.Unshare(flag); err != nil {
				return err
			}
		}
	}
	return nil
}

// root makes the root a mount that nothing of ours spreads from.
func (i *first) root() error {
	// pivot_root(2) refuses where the parent is shared; a slave is told what the
	// machine mounts, and tells nothing.
	spread := mount.RSlave
	switch mode := mount.Propagation(i.Spec.Linux.RootfsPropagation); mode {
	case mount.Private, mount.RPrivate:
		spread = mount.RPrivate
	}
	if err := mount.Propagate(i.t, "/", spread); err != nil {
		return err
	}
	return mount.Bind(i.t, i.Spec.Root.Path, i.Spec.Root.Path, true)
}

// enter makes the root read-only if it is to be, and the process's own.
func (i *first) enter() error {
	if i.Spec.Root.Readonly {
		if err := mount.ReadOnly(i.t, i.Spec.Root.Path); err != nil {
			return err
		}
	}
	if err := rootdir.Pivot(i.t, i.Spec.Root.Path); err != nil {
		return err
	}
	if mode := mount.Propagation(i.Spec.Linux.RootfsPropagation); mode != "" {
		return mount.Propagate(i.t, "/", mode)
	}
	return nil
}

// name names the machine that the container is, and sets up its loopback device.
func (i *first) name() error {
	if n, found := namespaceOf(&i.Spec, specs.UTSNamespace); found {
		if i.Spec.Hostname != "" {
			if err := i.t.Sethostname(i.Spec.Hostname); err != nil {
				return err
			}
		}
		if i.Spec.Domainname != "" {
			if err := i.t.Setdomainname(i.Spec.Domainname); err != nil {
				return err
			}
		}
	} else if n.Path == "" && i.Spec.Hostname != "" {
		return fmt.Errorf("hostname %q: without a uts namespace it would be the machine's", i.Spec.Hostname)
	}
	if n, found := namespaceOf(&i.Spec, specs.NetworkNamespace); found && n.Path == "" {
		return network.Loopback(i.t)
	}
	return nil
}

// cover hides and protects what the configuration says.
func (i *first) cover() error {
	for _, path := range i.Spec.Linux.MaskedPaths {
		if err := container.Mask(i.t, path); err != nil {
			return fmt.Errorf("linux.maskedPaths: %w", err)
		}
	}
	for _, path := range i.Spec.Linux.ReadonlyPaths {
		if err := container.Protect(i.t, path); err != nil {
			return fmt.Errorf("linux.readonlyPaths: %w", err)
		}
	}
	return nil
}

func (i *first) limits() error {
	if i.Spec.Process == nil {
		return nil
	}
	return limit(i.t, i.Spec.Process)
}

// find goes where the program is to start, and looks for it: what is missing is
// said by create already.
func (i *first) find() (string, error) {
	if i.Spec.Process == nil {
		return "", nil
	}
	return findProgram(i.t, i.Spec.Process, true)
}
