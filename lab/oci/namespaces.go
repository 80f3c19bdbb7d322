package oci

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// cloneFlags are the kernel's flags for the specification's names of namespaces.
var cloneFlags = map[specs.LinuxNamespaceType]uintptr{
	specs.MountNamespace:   unix.CLONE_NEWNS,
	specs.UTSNamespace:     unix.CLONE_NEWUTS,
	specs.IPCNamespace:     unix.CLONE_NEWIPC,
	specs.NetworkNamespace: unix.CLONE_NEWNET,
	specs.PIDNamespace:     unix.CLONE_NEWPID,
	specs.UserNamespace:    unix.CLONE_NEWUSER,
	specs.CgroupNamespace:  unix.CLONE_NEWCGROUP,
	specs.TimeNamespace:    unix.CLONE_NEWTIME,
}

// born are the namespaces that the container's first process is born in. That
// of cgroups comes later, when it is in its cgroup.
func born(spec *specs.Spec) (flags uintptr) {
	for _, n := range spec.Linux.Namespaces {
		if n.Path == "" && n.Type != specs.CgroupNamespace && n.Type != specs.TimeNamespace {
			flags |= cloneFlags[n.Type]
		}
	}
	return flags
}

// mapping writes the lines of /proc/PID/uid_map or gid_map.
func mapping(ids []specs.LinuxIDMapping) string {
	var lines strings.Builder
	for _, m := range ids {
		fmt.Fprintf(&lines, "%d %d %d\n", m.ContainerID, m.HostID, m.Size)
	}
	return lines.String()
}

// enterNamespaces joins those that the configuration names by path.
func enterNamespaces(t *sys.Tracer, spec *specs.Spec) error {
	var files []*os.File
	var kinds []uintptr
	for _, n := range spec.Linux.Namespaces {
		if n.Path == "" || n.Type == specs.PIDNamespace {
			continue
		}
		if n.Type == specs.UserNamespace {
			return fmt.Errorf("linux.namespaces: a %s namespace can't be joined by its path here", n.Type)
		}
		f, err := os.Open(n.Path)
		if err != nil {
			return fmt.Errorf("linux.namespaces: %w", err)
		}
		defer f.Close()
		files, kinds = append(files, f), append(kinds, cloneFlags[n.Type])
	}
	for i, f := range files {
		if kinds[i] == unix.CLONE_NEWNS {
			// A thread that shares its root and directory with others may not go
			// elsewhere alone (setns(2)).
			if err := t.Unshare(unix.CLONE_FS); err != nil {
				return err
			}
		}
		// With the kind named, the kernel refuses (EINVAL) a path of another.
		if err := t.Setns(int(f.Fd()), kinds[i]); err != nil {
			return err
		}
	}
	return nil
}

// inPIDNamespace calls start where its children are born into the pid namespace
// that the configuration names by path, if it does. The thread that has gone
// there is given up afterwards.
func inPIDNamespace(t *sys.Tracer, spec *specs.Spec, start func() error) error {
	n, _ := namespaceOf(spec, specs.PIDNamespace)
	if n.Path == "" {
		return start()
	}
	f, err := os.Open(n.Path)
	if err != nil {
		return fmt.Errorf("linux.namespaces: %w", err)
	}
	defer f.Close()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the runtime ends the thread
		err := t.Setns(int(f.Fd()), unix.CLONE_NEWPID)
		if err == nil {
			err = start()
		}
		done <- err
	}()
	return <-done
}
