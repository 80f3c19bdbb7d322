package cgroup

import (
	"math"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Registers of the BPF machine. r1 points to what the program is called with,
// r0 is what it returns.
const (
	r0 = iota
	r1
	rType
	rAccess
	rMajor
	rMinor
)

// Instructions of the BPF machine (Documentation/bpf/standardization).
const (
	load32 = unix.BPF_LDX | unix.BPF_MEM | unix.BPF_W
	moveK  = unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_K
	moveX  = unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_X
	andK   = unix.BPF_ALU64 | unix.BPF_AND | unix.BPF_K
	rightK = unix.BPF_ALU64 | unix.BPF_RSH | unix.BPF_K
	unlike = unix.BPF_JMP | unix.BPF_JNE | unix.BPF_K
	differ = unix.BPF_JMP | unix.BPF_JNE | unix.BPF_X
	exit   = unix.BPF_JMP | unix.BPF_EXIT
)

func ins(code, dst, src, off int, imm int64) sys.BPFInsn {
	return sys.BPFInsn{Code: uint8(code), Regs: uint8(dst | src<<4), Off: int16(off), Imm: int32(imm)}
}

// deviceProgram makes the program that the kernel asks about each open and
// mknod of a device by a process of the group. It is called with a struct
// bpf_cgroup_dev_ctx: access << 16 | type, major, minor, of 32 bits each
// (linux/bpf.h), and returns 1 to allow. The first rule that fits allows.
func deviceProgram(rules []DeviceRule) []sys.BPFInsn {
	program := []sys.BPFInsn{
		ins(load32, rType, r1, 0, 0),
		ins(moveX, rAccess, rType, 0, 0),
		ins(andK, rType, 0, 0, 0xffff),
		ins(rightK, rAccess, 0, 0, 16),
		ins(load32, rMajor, r1, 4, 0),
		ins(load32, rMinor, r1, 8, 0),
	}
	for _, r := range rules {
		program = append(program, r.program()...)
	}
	return append(program, ins(moveK, r0, 0, 0, 0), ins(exit, 0, 0, 0, 0))
}

// program is one rule: it falls through to what follows where it doesn't fit.
func (r DeviceRule) program() []sys.BPFInsn {
	var tests []sys.BPFInsn
	switch r.Type {
	case "b":
		tests = append(tests, ins(unlike, rType, 0, 0, unix.BPF_DEVCG_DEV_BLOCK))
	case "c":
		tests = append(tests, ins(unlike, rType, 0, 0, unix.BPF_DEVCG_DEV_CHAR))
	}
	// All that is asked for must be allowed: the part allowed is the whole.
	tests = append(tests,
		ins(moveX, r0, rAccess, 0, 0), ins(andK, r0, 0, 0, r.accessBits()), ins(differ, r0, rAccess, 0, 0))
	if r.Type != "a" && r.Major != Unlimited {
		tests = append(tests, ins(unlike, rMajor, 0, 0, r.Major&math.MaxUint32))
	}
	if r.Type != "a" && r.Minor != Unlimited {
		tests = append(tests, ins(unlike, rMinor, 0, 0, r.Minor&math.MaxUint32))
	}
	block := append(tests, ins(moveK, r0, 0, 0, 1), ins(exit, 0, 0, 0, 0))
	for i := range block {
		if block[i].Code == unlike || block[i].Code == differ {
			block[i].Off = int16(len(block) - 1 - i)
		}
	}
	return block
}

func (r DeviceRule) accessBits() (bits int64) {
	for letter, bit := range map[string]int64{"r": unix.BPF_DEVCG_ACC_READ, "w": unix.BPF_DEVCG_ACC_WRITE, "m": unix.BPF_DEVCG_ACC_MKNOD} {
		if strings.Contains(r.Access, letter) {
			bits |= bit
		}
	}
	return bits
}
