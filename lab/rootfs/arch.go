package rootfs

import "debug/elf"

// arch is what distinguishes the loaders of one architecture from another's.
type arch struct {
	triplets  []string // Debian's multiarch names
	lib       []string // names of the library directory without multiarch
	platforms []string // values of $PLATFORM, which the kernel tells as AT_PLATFORM
}

// archOf returns the properties of objects such as o.
func archOf(o *object) arch {
	type key struct {
		machine elf.Machine
		class   elf.Class
	}
	known := map[key]arch{
		{elf.EM_X86_64, elf.ELFCLASS64}:  {[]string{"x86_64-linux-gnu"}, []string{"lib64", "lib"}, []string{"x86_64", "haswell"}},
		{elf.EM_X86_64, elf.ELFCLASS32}:  {[]string{"x86_64-linux-gnux32"}, []string{"libx32", "lib"}, []string{"x86_64"}},
		{elf.EM_386, elf.ELFCLASS32}:     {[]string{"i386-linux-gnu"}, []string{"lib32", "lib"}, []string{"i686", "i586"}},
		{elf.EM_AARCH64, elf.ELFCLASS64}: {[]string{"aarch64-linux-gnu"}, []string{"lib64", "lib"}, []string{"aarch64"}},
		{elf.EM_ARM, elf.ELFCLASS32}:     {[]string{"arm-linux-gnueabihf", "arm-linux-gnueabi"}, []string{"lib"}, []string{"v7l", "v8l"}},
		{elf.EM_RISCV, elf.ELFCLASS64}:   {[]string{"riscv64-linux-gnu"}, []string{"lib64/lp64d", "lib64", "lib"}, nil},
		{elf.EM_PPC64, elf.ELFCLASS64}:   {[]string{"powerpc64le-linux-gnu"}, []string{"lib64", "lib"}, []string{"power8", "power9", "power10"}},
		{elf.EM_S390, elf.ELFCLASS64}:    {[]string{"s390x-linux-gnu"}, []string{"lib64", "lib"}, nil},
	}
	if a, ok := known[key{o.machine, o.class}]; ok {
		return a
	}
	return arch{lib: []string{"lib64", "lib"}}
}

// defaultDirs are the directories that glibc's loader searches last. Which
// ones was decided when it was built, so this is the sum of what the
// distributions decided; a directory too many does no harm.
func (a arch) defaultDirs() []string {
	var dirs []string
	for _, name := range a.libNames() {
		dirs = append(dirs, "/"+name, "/usr/"+name)
	}
	return dirs
}

// libNames are the values that $LIB may have, see ld.so(8).
func (a arch) libNames() []string {
	var names []string
	for _, t := range a.triplets {
		names = append(names, "lib/"+t)
	}
	return append(names, a.lib...)
}
