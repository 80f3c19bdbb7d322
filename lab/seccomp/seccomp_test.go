package seccomp

import (
	"encoding/binary"
	"testing"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
)

// run has another's machine run a filter on one call, and returns the verdict.
// That machine reads the numbers of networks, so they are laid out so here.
func run(t *testing.T, filter []unix.SockFilter, arch, number uint32, args ...uint64) uint32 {
	t.Helper()
	var raw []bpf.RawInstruction
	for _, f := range filter {
		raw = append(raw, bpf.RawInstruction{Op: f.Code, Jt: f.Jt, Jf: f.Jf, K: f.K})
	}
	program, all := bpf.Disassemble(raw)
	if !all {
		t.Fatal("the filter has instructions that are none")
	}
	vm, err := bpf.NewVM(program)
	if err != nil {
		t.Fatal(err)
	}
	data := make([]byte, 64)
	binary.BigEndian.PutUint32(data[offNumber:], number)
	binary.BigEndian.PutUint32(data[offArch:], arch)
	for i, a := range args {
		// Both our architectures have the low half of a number first.
		binary.BigEndian.PutUint32(data[offArgs+8*i:], uint32(a))
		binary.BigEndian.PutUint32(data[offArgs+8*i+4:], uint32(a>>32))
	}
	got, err := vm.Run(data)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(got)
}

const (
	allowed = unix.SECCOMP_RET_ALLOW
	refused = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	unknown = unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)
)

func TestDefaultProfile(t *testing.T) {
	const admin = kernel.Capabilities(1 << unix.CAP_SYS_ADMIN)
	for _, test := range []struct {
		name string
		caps kernel.Capabilities
		call string
		args []uint64
		want uint32
	}{
		{"an ordinary call", 0, "read", nil, allowed},
		{"mount without the capability", 0, "mount", nil, refused},
		{"mount with it", admin, "mount", nil, allowed},
		{"loading a module", admin, "init_module", nil, refused},
		{"clone of a process", 0, "clone", []uint64{uint64(unix.SIGCHLD)}, allowed},
		{"clone with a user namespace", 0, "clone", []uint64{unix.CLONE_NEWUSER | uint64(unix.SIGCHLD)}, refused},
		{"the same as administrator", admin, "clone", []uint64{unix.CLONE_NEWUSER}, allowed},
		{"clone3, whose flags no filter sees", 0, "clone3", nil, unknown},
		{"personality as usual", 0, "personality", []uint64{0}, allowed},
		{"personality of another bit", 0, "personality", []uint64{1}, refused},
		{"the same bits in the high half", 0, "personality", []uint64{1 << 32}, refused},
		{"an ordinary socket", 0, "socket", []uint64{unix.AF_INET}, allowed},
		{"a socket to the hypervisor", 0, "socket", []uint64{unix.AF_VSOCK}, refused},
	} {
		p, err := Default()
		if err != nil {
			t.Fatal(err)
		}
		filter, err := p.Compile(test.caps)
		if err != nil {
			t.Fatal(err)
		}
		if got := run(t, filter, architecture, numbers[test.call], test.args...); got != test.want {
			t.Errorf("%s: %s(%x) = %#x; want %#x", test.name, test.call, test.args, got, test.want)
		}
	}
}

func TestWhoseCallItIs(t *testing.T) {
	p, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	filter, err := p.Compile(0)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name         string
		arch, number uint32
		want         uint32
	}{
		{"of another architecture", architecture + 1, numbers["read"], refused},
		{"newer than the profile", architecture, 5000, unknown},
		{"of the x32 set", architecture, x32 | numbers["read"], unknown},
	} {
		if got := run(t, filter, test.arch, test.number); got != test.want {
			t.Errorf("a call %s = %#x; want %#x", test.name, got, test.want)
		}
	}
}

// TestConditions runs each comparison that a profile may have here on both sides of its limit, with values that
// differ in one half only.
func TestConditions(t *testing.T) {
	const big = 1 << 40
	for _, test := range []struct {
		op       string
		value    uint64
		two      uint64
		yes, not []uint64
	}{
		{"SCMP_CMP_EQ", big, 0, []uint64{big}, []uint64{0, big + 1, big << 1}},
		{"SCMP_CMP_NE", big, 0, []uint64{0, big + 1}, []uint64{big}},
		{"SCMP_CMP_GE", big, 0, []uint64{big, big + 1}, []uint64{big - 1, 5}},
		{"SCMP_CMP_LT", big, 0, []uint64{big - 1, 5}, []uint64{big, big + 1}},
		{"SCMP_CMP_MASKED_EQ", big | 3, 1, []uint64{1, 5}, []uint64{0, 3, big | 1}},
	} {
		p := Profile{Default: Errno, Rules: []Rule{{Names: []string{"read"}, Action: Allow, Args: []Condition{{Index: 2, Value: test.value, ValueTwo: test.two, Op: test.op}}}}}
		filter, err := p.Compile(0)
		if err != nil {
			t.Fatal(err)
		}
		for want, values := range map[uint32][]uint64{allowed: test.yes, refused: test.not} {
			for _, v := range values {
				if got := run(t, filter, architecture, numbers["read"], 7, 7, v); got != want {
					t.Errorf("%s %#x %#x with %#x = %#x; want %#x", test.op, test.value, test.two, v, got, want)
				}
			}
		}
	}
}

func TestRefusedProfiles(t *testing.T) {
	for _, text := range []string{"", "{", `{"defaultAction": "SCMP_ACT_NOSUCH"}`, `{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ERRNO", "args": [{"op": "nosuch"}]}]}`} {
		p, err := Parse([]byte(text))
		if err == nil {
			_, err = p.Compile(0)
		}
		if err == nil {
			t.Errorf("the profile %s = nil; want an error", text)
		}
	}
}
