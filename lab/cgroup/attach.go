package cgroup

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// attachDevices gives a v2 group a program for the rules, in place of those
// that it had. It needs CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN.
func attachDevices(t *sys.Tracer, dir string, rules []DeviceRule) error {
	err := replaceProgram(t, dir, deviceProgram(rules))
	if errors.Is(err, unix.EPERM) {
		return &LackError{Controller: Devices, Lack: err, Next: "run it as root: sudo; systemd delegates no devices"}
	}
	return err
}

func replaceProgram(t *sys.Tracer, dir string, instructions []sys.BPFInsn) error {
	group, err := t.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(group) }()
	old, err := t.BPFQuery(group, unix.BPF_CGROUP_DEVICE)
	if err != nil {
		return err
	}
	program, err := t.BPFLoad(unix.BPF_PROG_TYPE_CGROUP_DEVICE, instructions, "byhand_device")
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(program) }()
	// All programs attached must agree to an access, those of the groups above
	// too, which without this flag could not have any. So the new one first:
	// at no moment is more allowed than by one of them.
	if err := t.BPFAttach(group, program, unix.BPF_CGROUP_DEVICE, unix.BPF_F_ALLOW_MULTI); err != nil {
		return err
	}
	for _, id := range old {
		if err := detach(t, group, id); err != nil {
			return fmt.Errorf("detach the former program: %w", err)
		}
	}
	return nil
}

func detach(t *sys.Tracer, group int, id uint32) error {
	program, err := t.BPFOpen(id)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(program) }()
	return t.BPFDetach(group, program, unix.BPF_CGROUP_DEVICE)
}
