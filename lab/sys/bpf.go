package sys

import (
	"fmt"
	"runtime"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// BPFInsn is one instruction of the BPF machine, as struct bpf_insn has it.
type BPFInsn struct {
	// Code says what is done.
	Code uint8
	// Regs has the destination's number in its lower half, the source's above.
	Regs uint8
	// Off is an offset in memory or of a jump, in instructions.
	Off int16
	// Imm is a constant.
	Imm int32
}

// bpfTries is how often a call that a signal has cut off is made again.
const bpfTries = 50

// bpf is bpf(2); attr is the part of union bpf_attr that the command reads.
func bpf[T any](command uintptr, attr *T) (int, error) {
	for try := 0; ; try++ {
		r, _, errno := unix.Syscall(unix.SYS_BPF, command, uintptr(unsafe.Pointer(attr)), unsafe.Sizeof(*attr))
		switch {
		case errno == unix.EAGAIN && try < bpfTries:
			// The kernel gives up judging a program when a signal comes, of which the
			// runtime sends its threads many.
		case errno != 0:
			return -1, errno
		default:
			return int(r), nil
		}
	}
}

// BPFLoad is bpf(2) with BPF_PROG_LOAD: the kernel checks the program and gives
// a descriptor for it. name is for bpftool(8), at most 15 bytes.
func (t *Tracer) BPFLoad(kind uint32, program []BPFInsn, name string) (fd int, err error) {
	license := []byte("GPL\x00")
	var pinned runtime.Pinner
	defer pinned.Unpin()
	pinned.Pin(&program[0])
	pinned.Pin(&license[0])
	attr := struct {
		kind, count        uint32
		insns, license     uint64
		logLevel, logSize  uint32
		log                uint64
		kernVersion, flags uint32
		name               [16]byte
	}{
		kind: kind, count: uint32(len(program)),
		insns:   uint64(uintptr(unsafe.Pointer(&program[0]))),
		license: uint64(uintptr(unsafe.Pointer(&license[0]))),
	}
	copy(attr.name[:15], name)
	fd, err = bpf(unix.BPF_PROG_LOAD, &attr)
	return fd, t.done("bpf", fd, err, "BPF_PROG_LOAD",
		fmt.Sprintf(`{prog_type=%s, insn_cnt=%d, insns=%#x, license="GPL", log_level=0, log_size=0, log_buf=NULL, kern_version=KERNEL_VERSION(0, 0, 0), prog_flags=0, prog_name=%s}`, programType(kind), len(program), attr.insns, quote(name)),
		fmt.Sprint(unsafe.Sizeof(attr)))
}

// bpfAttach is what BPF_PROG_ATTACH and BPF_PROG_DETACH read.
type bpfAttach struct{ target, program, where, flags uint32 }

// BPFAttach is bpf(2) with BPF_PROG_ATTACH: the program runs for what the
// descriptor target stands for, such as a group.
func (t *Tracer) BPFAttach(target, program int, where, flags uint32) error {
	attr := bpfAttach{uint32(target), uint32(program), where, flags}
	_, err := bpf(unix.BPF_PROG_ATTACH, &attr)
	return t.done("bpf", 0, err, "BPF_PROG_ATTACH",
		fmt.Sprintf("{target_fd=%d, attach_bpf_fd=%d, attach_type=%s, attach_flags=%s}", target, program, attachType(where), attachFlags(flags)),
		fmt.Sprint(unsafe.Sizeof(attr)))
}

// BPFDetach is bpf(2) with BPF_PROG_DETACH.
func (t *Tracer) BPFDetach(target, program int, where uint32) error {
	attr := bpfAttach{uint32(target), uint32(program), where, 0}
	_, err := bpf(unix.BPF_PROG_DETACH, &attr)
	return t.done("bpf", 0, err, "BPF_PROG_DETACH",
		fmt.Sprintf("{target_fd=%d, attach_type=%s}", target, attachType(where)), // as strace writes it, without the program
		fmt.Sprint(unsafe.Sizeof(attr)))
}

// BPFQuery is bpf(2) with BPF_PROG_QUERY: it returns the ids of the programs
// attached to target itself, 64 at most.
func (t *Tracer) BPFQuery(target int, where uint32) ([]uint32, error) {
	ids := make([]uint32, 64)
	var pinned runtime.Pinner
	defer pinned.Unpin()
	pinned.Pin(&ids[0])
	attr := struct {
		target, where, flags, attached uint32
		ids                            uint64
		count, pad                     uint32
	}{target: uint32(target), where: where, ids: uint64(uintptr(unsafe.Pointer(&ids[0]))), count: uint32(len(ids))}
	_, err := bpf(unix.BPF_PROG_QUERY, &attr)
	found := fmt.Sprintf("prog_ids=%#x, prog_cnt=%d", attr.ids, len(ids))
	if err == nil {
		list := strings.ReplaceAll(fmt.Sprint(ids[:attr.count]), " ", ", ")
		found = fmt.Sprintf("prog_ids=%s, prog_cnt=%d => %d", list, len(ids), attr.count)
	}
	err = t.done("bpf", 0, err, "BPF_PROG_QUERY",
		fmt.Sprintf("{query={target_fd=%d, attach_type=%s, query_flags=0, attach_flags=0, %s}}", target, attachType(where), found),
		fmt.Sprint(unsafe.Sizeof(attr)))
	if err != nil {
		return nil, err
	}
	return ids[:attr.count], nil
}

// BPFOpen is bpf(2) with BPF_PROG_GET_FD_BY_ID.
func (t *Tracer) BPFOpen(id uint32) (fd int, err error) {
	attr := struct{ id, next, flags uint32 }{id: id}
	fd, err = bpf(unix.BPF_PROG_GET_FD_BY_ID, &attr)
	return fd, t.done("bpf", fd, err, "BPF_PROG_GET_FD_BY_ID", fmt.Sprintf("{prog_id=%d, next_id=0, open_flags=0}", id), fmt.Sprint(unsafe.Sizeof(attr)))
}

func programType(kind uint32) string {
	if kind == unix.BPF_PROG_TYPE_CGROUP_DEVICE {
		return "BPF_PROG_TYPE_CGROUP_DEVICE"
	}
	return fmt.Sprintf("%#x", kind)
}

func attachType(where uint32) string {
	if where == unix.BPF_CGROUP_DEVICE {
		return "BPF_CGROUP_DEVICE"
	}
	return fmt.Sprintf("%#x", where)
}

func attachFlags(flags uint32) string {
	return flagSet(uint64(flags), []flag{{unix.BPF_F_ALLOW_OVERRIDE, "BPF_F_ALLOW_OVERRIDE"}, {unix.BPF_F_ALLOW_MULTI, "BPF_F_ALLOW_MULTI"}})
}
