package seccomp

import (
	"cmp"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// Where the kernel puts what the program looks at: struct seccomp_data.
const (
	offNumber = 0
	offArch   = 4
	offArgs   = 16
)

// x32 marks the calls of a third set, beside those of 32 and 64 bits, that an
// amd64 kernel may have. Elsewhere no number is as high.
const x32 = 0x40000000

// program is written from the top; the machine has one accumulator, and can
// jump forwards only, by at most 255 instructions where it compares.
type program []unix.SockFilter

func (p *program) load(offset int) {
	*p = append(*p, unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: uint32(offset)})
}

func (p *program) jump(test uint16, k uint32, yes, no int) {
	*p = append(*p, unix.SockFilter{Code: unix.BPF_JMP | test | unix.BPF_K, Jt: uint8(yes), Jf: uint8(no), K: k})
}

func (p *program) always(skip int) {
	*p = append(*p, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JA, K: uint32(skip)})
}

func (p *program) and(mask uint32) {
	*p = append(*p, unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: mask})
}

func (p *program) ret(verdict uint32) {
	*p = append(*p, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: verdict})
}

// verdict is what the program returns for an action.
func verdict(a Action, errno int) (uint32, error) {
	switch a {
	case Allow:
		return unix.SECCOMP_RET_ALLOW, nil
	case Errno:
		return unix.SECCOMP_RET_ERRNO | uint32(cmp.Or(errno, int(unix.EPERM)))&unix.SECCOMP_RET_DATA, nil
	case KillProcess:
		return unix.SECCOMP_RET_KILL_PROCESS, nil
	case Kill:
		return unix.SECCOMP_RET_KILL_THREAD, nil
	case Log:
		return unix.SECCOMP_RET_LOG, nil
	}
	return 0, fmt.Errorf("seccomp action %q is not supported", a)
}

// compile writes the program: first whose call it is, then the calls that are
// judged by their number alone, in ascending ranges, then those that depend on
// arguments.
func (p Profile) compile() ([]unix.SockFilter, error) {
	otherwise, err := verdict(p.Default, p.DefaultErrno)
	if err != nil {
		return nil, err
	}
	plain, byArgs, err := p.sort()
	if err != nil {
		return nil, err
	}
	var out program
	out.load(offArch)
	out.jump(unix.BPF_JEQ, architecture, 1, 0)
	out.ret(unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM))
	out.load(offNumber)
	// A call that is newer than the profile does not exist, rather than being
	// forbidden: libraries try the new one and fall back on ENOSYS only.
	// A profile that names only what it forbids says nothing of the others.
	if p.Default != Allow && p.Default != Log {
		out.jump(unix.BPF_JGT, newest(plain, byArgs), 0, 1)
		out.ret(unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS))
	}
	for _, s := range spans(plain) {
		out.jump(unix.BPF_JGT, s.last, 2, 0) // beyond: on to the next span
		out.jump(unix.BPF_JGE, s.first, 0, 1)
		out.ret(s.verdict)
	}
	for _, number := range sorted(byArgs) {
		block, err := judge(byArgs[number], otherwise)
		if err != nil {
			return nil, err
		}
		out.jump(unix.BPF_JEQ, number, 1, 0)
		out.always(len(block)) // which may be more than 255
		out = append(out, block...)
	}
	out.ret(otherwise)
	if len(out) > unix.BPF_MAXINSNS {
		return nil, fmt.Errorf("seccomp profile: %d instructions; the kernel takes %d", len(out), unix.BPF_MAXINSNS)
	}
	return out, nil
}

// option is one rule for one call.
type option struct {
	when    []Condition
	verdict uint32
}

// sort parts the calls that are judged by number alone from the others.
func (p Profile) sort() (plain map[uint32]uint32, byArgs map[uint32][]option, err error) {
	plain, byArgs = map[uint32]uint32{}, map[uint32][]option{}
	for _, r := range p.Rules {
		v, err := verdict(r.Action, cmp.Or(r.ErrnoRet, p.DefaultErrno))
		if err != nil {
			return nil, nil, err
		}
		for _, name := range r.Names {
			number, known := numbers[name]
			if !known {
				continue
			}
			if len(r.Args) > 0 {
				byArgs[number] = append(byArgs[number], option{r.Args, v})
			} else if _, first := plain[number]; !first {
				plain[number] = v
			}
		}
	}
	// Without a condition is whatever the arguments.
	for number := range plain {
		delete(byArgs, number)
	}
	return plain, byArgs, nil
}

// span is a run of numbers with the same verdict.
type span struct{ first, last, verdict uint32 }

func spans(plain map[uint32]uint32) []span {
	var list []span
	for _, n := range sorted(plain) {
		if end := len(list) - 1; end >= 0 && list[end].last+1 == n && list[end].verdict == plain[n] {
			list[end].last = n
			continue
		}
		list = append(list, span{n, n, plain[n]})
	}
	return list
}

func sorted[V any](m map[uint32]V) []uint32 {
	var list []uint32
	for n := range m {
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}

// newest is the highest number that the profile knows.
func newest(plain map[uint32]uint32, byArgs map[uint32][]option) uint32 {
	last := uint32(0)
	for _, n := range append(sorted(plain), sorted(byArgs)...) {
		last = max(last, n)
	}
	return min(last, x32-1)
}
