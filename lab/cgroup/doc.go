// Package cgroup limits groups of processes by hand: it makes directories in a
// cgroup file system, writes text to their files, and removes them again.
//
// There are two versions of that interface. Which one counts is decided for
// each controller, since a machine may have v1 hierarchies beside a v2 tree
// that offers nothing: Locate says where a controller is, and where below it a
// group may be made.
//
// What changes the machine is data first, a list of Ops. Methods that return
// Ops change nothing: Ops.Perform makes the system calls, Ops.Shell writes the
// same as shell commands, Ops.Tools in the notation of cgroup-tools. What is
// printed so can't differ from what is done. Group.Other gives the same group
// in the other version, to print how that one spells an operation.
//
//	g, err := cgroup.New("byhand-1f", cgroup.CPU, cgroup.Memory)
//	err = g.Make(t)                                 // mkdir
//	err = g.LimitCPU(cgroup.Percent(20)).Perform(t) // echo 20000 > .../cpu.cfs_quota_us
//	err = g.Join(pid).Perform(t)                    // echo PID > .../cgroup.procs
//	err = g.Kill(ctx, t)
//	err = g.Remove(ctx, t)                          // rmdir
//
// Whoever may not write to the tree gets a *LackError with the next command;
// an ordinary user on v2 calls Delegate first of all, which needs systemd. After
// a crash, Sweep finds groups by the start of their names, for Kill and Remove,
// and Tidy removes what stands above them.
//
// Sources: cgroups(7), and in the kernel's documentation
// admin-guide/cgroup-v2.rst and admin-guide/cgroup-v1/.
package cgroup
