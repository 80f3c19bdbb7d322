package oci

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// sysctl sets the kernel's parameters of the container's namespaces. Those that
// are the whole machine's are refused.
func (i *first) sysctl() error {
	for name, value := range i.Spec.Linux.Sysctl {
		if err := i.allowed(name); err != nil {
			return fmt.Errorf("linux.sysctl: %s: %w", name, err)
		}
		path := filepath.Join("/proc/sys", strings.ReplaceAll(name, ".", "/"))
		if err := os.WriteFile(path, []byte(value), 0o644); err != nil {
			return fmt.Errorf("linux.sysctl: %w", err)
		}
	}
	return nil
}

// allowed says why a parameter may not be set, or nil.
func (i *first) allowed(name string) error {
	needs := specs.LinuxNamespaceType("")
	switch {
	case strings.Contains(name, "/") || strings.Contains(name, ".."):
		return fmt.Errorf("no name of a parameter")
	case strings.HasPrefix(name, "net."):
		needs = specs.NetworkNamespace
	case strings.HasPrefix(name, "fs.mqueue."), slices.Contains([]string{
		"kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem",
		"kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
	}, name):
		needs = specs.IPCNamespace
	case name == "kernel.domainname":
		needs = specs.UTSNamespace
	default:
		return fmt.Errorf("it is the whole machine's")
	}
	if _, found := namespaceOf(&i.Spec, needs); !found {
		return fmt.Errorf("without a %s namespace it is the whole machine's", needs)
	}
	return nil
}

// score says how soon the kernel is to kill the container for want of memory.
func (i *first) score() error {
	if i.Spec.Process == nil || i.Spec.Process.OOMScoreAdj == nil {
		return nil
	}
	text := strconv.Itoa(*i.Spec.Process.OOMScoreAdj)
	if err := os.WriteFile("/proc/self/oom_score_adj", []byte(text), 0o644); err != nil {
		return fmt.Errorf("process.oomScoreAdj: %w", err)
	}
	return nil
}
