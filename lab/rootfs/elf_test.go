package rootfs

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
)

// elfFile returns the smallest ELF file whose headers say what o does.
func elfFile(t testing.TB, o object) string {
	t.Helper()
	order := binary.LittleEndian
	ident := [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(o.class), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)}
	var out bytes.Buffer
	put := func(v any) {
		t.Helper()
		if err := binary.Write(&out, order, v); err != nil {
			t.Fatal(err)
		}
	}
	if o.class == elf.ELFCLASS32 { // no test needs more of these than that they are there
		put(elf.Header32{Ident: ident, Type: uint16(elf.ET_DYN), Machine: uint16(o.machine), Version: 1, Ehsize: 52})
		return out.String()
	}

	names := "\x00"
	var dynamic []elf.Dyn64
	add := func(tag elf.DynTag, value string) {
		if value != "" {
			dynamic = append(dynamic, elf.Dyn64{Tag: int64(tag), Val: uint64(len(names))})
			names += value + "\x00"
		}
	}
	for _, n := range o.needed {
		add(elf.DT_NEEDED, n)
	}
	add(elf.DT_SONAME, o.soname)
	add(elf.DT_RPATH, strings.Join(o.rpath, ":"))
	add(elf.DT_RUNPATH, strings.Join(o.runpath, ":"))
	dynamic = append(dynamic, elf.Dyn64{Tag: int64(elf.DT_NULL)})

	const headerSize, progSize, sectionSize = 64, 56, 64
	interp := o.interp + "\x00"
	interpAt := uint64(headerSize + progSize)
	namesAt := interpAt + uint64(len(interp))
	dynamicAt := namesAt + uint64(len(names))
	sectionsAt := dynamicAt + uint64(16*len(dynamic))
	kind := elf.PT_INTERP
	if o.interp == "" {
		kind = elf.PT_NULL
	}
	put(elf.Header64{
		Ident: ident, Type: uint16(elf.ET_DYN), Machine: uint16(o.machine), Version: 1,
		Phoff: headerSize, Shoff: sectionsAt, Ehsize: headerSize,
		Phentsize: progSize, Phnum: 1, Shentsize: sectionSize, Shnum: 3, Shstrndx: 1,
	})
	put(elf.Prog64{Type: uint32(kind), Off: interpAt, Filesz: uint64(len(interp)), Memsz: uint64(len(interp))})
	out.WriteString(interp + names)
	put(dynamic)
	put(elf.Section64{})
	put(elf.Section64{Type: uint32(elf.SHT_STRTAB), Off: namesAt, Size: uint64(len(names))})
	put(elf.Section64{Type: uint32(elf.SHT_DYNAMIC), Off: dynamicAt, Size: uint64(16 * len(dynamic)), Link: 1, Entsize: 16})
	return out.String()
}

func TestReadObject(t *testing.T) {
	want := object{
		class: elf.ELFCLASS64, machine: elf.EM_X86_64, interp: "/lib64/ld-linux-x86-64.so.2", soname: "libx.so.1",
		needed: []string{"liba.so", "libb.so"}, rpath: []string{"/r"}, runpath: []string{"$ORIGIN/../lib", "/s"},
	}
	root := layout(t, map[string]string{"x": elfFile(t, want), "script": "#!/bin/sh\n", "empty": "", "cut": elfFile(t, want)[:70]})
	if got, err := readObject(root.on("x")); err != nil || !reflect.DeepEqual(*got, want) {
		t.Errorf("readObject(x) = %+v, %v; want %+v", got, err, want)
	}
	for _, name := range []string{"script", "empty"} {
		if _, err := readObject(root.on(name)); err != errNotELF {
			t.Errorf("readObject(%s) = %v; want %v", name, err, errNotELF)
		}
	}
	if _, err := readObject(root.on("cut")); err == nil || err == errNotELF {
		t.Errorf("readObject(cut) = %v; want an error about its headers", err)
	}
}
