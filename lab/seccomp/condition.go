package seccomp

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// judge writes the instructions for one call: each option's conditions in
// turn, and at the end what happens where none fits.
func judge(options []option, otherwise uint32) (program, error) {
	var out program
	for _, o := range options {
		var tests []program
		rest := 1 // the instructions between a test and the next option
		for i := len(o.when) - 1; i >= 0; i-- {
			test, err := o.when[i].test(rest)
			if err != nil {
				return nil, err
			}
			rest += len(test)
			tests = append([]program{test}, tests...)
		}
		for _, test := range tests {
			out = append(out, test...)
		}
		out.ret(o.verdict)
	}
	out.ret(otherwise)
	return out, nil
}

// test writes a comparison: it runs on where the condition holds, and skips
// rest more instructions where not. An argument has 64 bits and the machine 32,
// so that it is looked at in halves.
func (c Condition) test(rest int) (program, error) {
	var out program
	if c.Index < 0 || c.Index > 5 {
		return nil, fmt.Errorf("seccomp profile: argument %d; a call has 0 to 5", c.Index)
	}
	low := offArgs + 8*c.Index // both architectures are little-endian
	high := low + 4
	value, two := halves(c.Value), halves(c.ValueTwo)
	switch c.Op {
	case "SCMP_CMP_EQ":
		out.load(high)
		out.jump(unix.BPF_JEQ, value[1], 0, 2+rest)
		out.load(low)
		out.jump(unix.BPF_JEQ, value[0], 0, rest)
	case "SCMP_CMP_NE":
		out.load(high)
		out.jump(unix.BPF_JEQ, value[1], 0, 2)
		out.load(low)
		out.jump(unix.BPF_JEQ, value[0], rest, 0)
	case "SCMP_CMP_LT":
		out.load(high)
		out.jump(unix.BPF_JGT, value[1], 3+rest, 0)
		out.jump(unix.BPF_JGE, value[1], 0, 2) // less: it holds
		out.load(low)
		out.jump(unix.BPF_JGE, value[0], rest, 0)
	case "SCMP_CMP_GE":
		out.load(high)
		out.jump(unix.BPF_JGT, value[1], 3, 0)
		out.jump(unix.BPF_JGE, value[1], 0, 2+rest)
		out.load(low)
		out.jump(unix.BPF_JGE, value[0], 0, rest)
	case "SCMP_CMP_MASKED_EQ": // Value is the mask, ValueTwo what must be left
		out.load(high)
		out.and(value[1])
		out.jump(unix.BPF_JEQ, two[1], 0, 3+rest)
		out.load(low)
		out.and(value[0])
		out.jump(unix.BPF_JEQ, two[0], 0, rest)
	default:
		return nil, fmt.Errorf("seccomp profile: comparison %q is not supported", c.Op)
	}
	return out, nil
}

func halves(v uint64) [2]uint32 { return [2]uint32{uint32(v), uint32(v >> 32)} }
