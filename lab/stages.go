// Package lab makes containers by hand: a package for each primitive.
package lab

import (
	"byhand/lab/breakout"
	"byhand/lab/build"
	"byhand/lab/chroot"
	"byhand/lab/container"
	"byhand/lab/monitor"
	"byhand/lab/mount"
	"byhand/lab/namespace"
	"byhand/lab/network"
	"byhand/lab/oci"
	"byhand/lab/overlay"
	"byhand/lab/ports"
	"byhand/lab/probe"
	"byhand/lab/process"
	"byhand/lab/registry"
	"byhand/lab/sandbox"
	"byhand/lab/store"
	"byhand/lab/wire"
	"byhand/lab/workload"
)

// Stages are the functions that run in processes of their own. A binary that
// uses the lab passes them to process.ChildMain.
func Stages() process.Table {
	return process.Table{
		"chroot":    process.Typed(chroot.Run),
		"keep":      process.Typed(sandbox.Keep),
		"namespace": process.Typed(namespace.Run),
		"terminal":  process.Typed(sandbox.OnTerminal),

		"keep terminal": process.Typed(sandbox.KeepTerminal),

		"hostname":  sandbox.Rooted(process.Typed(namespace.SetHostname)),
		"proc":      sandbox.Rooted(process.Typed(mount.Proc)),
		"sys":       sandbox.Rooted(process.Typed(mount.Sys)),
		"tmp":       sandbox.Rooted(process.Typed(mount.Tmp)),
		"memory":    sandbox.Rooted(process.Typed(mount.ServeMemory)),
		"unmount":   sandbox.Rooted(process.Typed(mount.Unmount)),
		"null":      process.Typed(mount.Null),
		"serve":     process.Typed(mount.Serve),
		"asking":    process.Typed(mount.ServeAsking),
		"readonly":  process.Typed(mount.ServeReadOnly),
		"all":       process.Typed(mount.ServeReadOnlyAll),
		"cover":     process.Typed(mount.Cover),
		"spread":    process.Typed(mount.Spread),
		"layered":   process.Typed(overlay.Run),
		"pile":      process.Typed(overlay.Serve),
		"attach":    process.Typed(mount.AttachAll),
		"monitor":   monitor.Stage(&wire.Wire{}),
		"container": process.Typed(container.Run),
		"join":      process.Typed(container.Join),
		"workload":  process.Typed(workload.Run),
		"look":      sandbox.Rooted(process.Typed(probe.Look)),
		"open":      sandbox.Rooted(process.Typed(probe.Open)),
		"fill":      sandbox.Rooted(process.Typed(probe.Fill)),
		"write":     sandbox.Rooted(process.Typed(probe.Write)),
		"mounts":    process.Typed(probe.Mounts),
		"escape":    process.Typed(breakout.Chrooted),
		"pivot":     process.Typed(breakout.Pivoted),
		"out":       sandbox.Rooted(process.Typed(breakout.Try)),
		"stay":      process.Typed(network.Stay),
		"alone":     process.Typed(network.Alone),
		"uplink":    process.Typed(network.Connect),
		"switch":    process.Typed(network.Switch),
		"cable":     process.Typed(network.Lay),
		"addresses": process.Typed(network.Address),
		"let out":   process.Typed(network.LetOut),
		"publish":   process.Typed(network.Publish),
		"network":   process.Typed(network.Look),
		"forwards":  process.Typed(network.Forwarding),
		"connect":   process.Typed(network.Try),
		"greet":     process.Typed(network.Serve),
		"shell":     sandbox.Rooted(process.Typed(chroot.Exec)),

		oci.StageInit: process.Typed(oci.Init),
		oci.StageExec: process.Typed(oci.Enter),

		ports.Stage: process.Typed(ports.Inside),

		registry.Stage: process.Typed(registry.Stand),

		store.StageUnpack: process.Typed(store.Unpack),
		build.Stage:       process.Typed(build.Inside),
	}
}
