// Package lessons is the course: the lessons in their order.
package lessons

import (
	"byhand/internal/lesson"
	"byhand/lessons/attach"
	"byhand/lessons/bindmounts"
	"byhand/lessons/cgroupcpu"
	"byhand/lessons/cgroupmemory"
	"byhand/lessons/chroot"
	"byhand/lessons/escape"
	"byhand/lessons/exec"
	"byhand/lessons/imageexport"
	"byhand/lessons/inspect"
	"byhand/lessons/layers"
	"byhand/lessons/pause"
	"byhand/lessons/ports"
	"byhand/lessons/procmounts"
	"byhand/lessons/registry"
	"byhand/lessons/run"
	"byhand/lessons/tmpfs"
	"byhand/lessons/unshare"
	"byhand/lessons/volumes"
)

// Syllabus returns the course. Each lesson opens the one behind it.
func Syllabus() []lesson.Lesson {
	return []lesson.Lesson{
		chroot.Lesson(),
		unshare.Lesson(),
		procmounts.Lesson(),
		cgroupcpu.Lesson(),
		cgroupmemory.Lesson(),
		imageexport.Lesson(),
		bindmounts.Lesson(),
		run.Lesson(),
		attach.Lesson(),
		exec.Lesson(),
		pause.Lesson(),
		inspect.Lesson(),
		layers.Lesson(),
		registry.Lesson(),
		ports.Lesson(),
		volumes.Lesson(),
		tmpfs.Lesson(),
		escape.Lesson(),
	}
}
