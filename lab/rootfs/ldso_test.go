package rootfs

import (
	"bytes"
	"debug/elf"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	glibc = "/lib64/ld-linux-x86-64.so.2"
	musl  = "/lib/ld-musl-x86_64.so.1"
)

// TestLoad searches for libraries by the rules of ld.so(8), one rule a case.
func TestLoad(t *testing.T) {
	lib := func(needed ...string) object {
		return object{class: elf.ELFCLASS64, machine: elf.EM_X86_64, needed: needed}
	}
	with := func(o object, change func(*object)) object { change(&o); return o }
	rpath := func(o object, dirs ...string) object { return with(o, func(o *object) { o.rpath = dirs }) }
	runpath := func(o object, dirs ...string) object { return with(o, func(o *object) { o.runpath = dirs }) }
	program := func(interp string, o object) object { return with(o, func(o *object) { o.interp = interp }) }

	tests := []struct {
		name    string
		objects map[string]object
		others  map[string]string
		want    []string // files, the loader left out
		lacking []string
	}{
		{
			name: "default directories, multiarch first, recursively",
			objects: map[string]object{
				"bin/p": program(glibc, lib("liba.so")), "lib/liba.so": lib(),
				"usr/lib/x86_64-linux-gnu/liba.so": lib("libb.so"), "usr/lib64/libb.so": lib(),
			},
			want: []string{"/usr/lib/x86_64-linux-gnu/liba.so", "/usr/lib64/libb.so"},
		},
		{
			name:    "nowhere",
			objects: map[string]object{"bin/p": program(glibc, lib("liba.so", "libb.so")), "lib/liba.so": lib("libc.so")},
			want:    []string{"/lib/liba.so"},
			lacking: []string{"/bin/p needs libb.so", "/lib/liba.so needs libc.so"},
		},
		{
			name: "another processor and word size passed over",
			objects: map[string]object{
				"bin/p":                        program(glibc, lib("liba.so")),
				"lib/x86_64-linux-gnu/liba.so": {class: elf.ELFCLASS64, machine: elf.EM_AARCH64},
				"lib64/liba.so":                {class: elf.ELFCLASS32, machine: elf.EM_X86_64},
				"lib/liba.so":                  lib(),
			},
			want: []string{"/lib/liba.so"},
		},
		{
			name: "origin of a program is where the file lies",
			objects: map[string]object{
				"opt/app/bin/p": runpath(program(glibc, lib("liba.so")), "${ORIGIN}/../lib"), "opt/app/lib/liba.so": lib(),
			},
			others: map[string]string{"bin/p": "-> /opt/app/bin/p"},
			want:   []string{"/opt/app/lib/liba.so"},
		},
		{
			name: "$LIB and $PLATFORM",
			objects: map[string]object{
				"bin/p": runpath(program(glibc, lib("liba.so")), "/opt/$LIB/$PLATFORM"), "opt/lib64/x86_64/liba.so": lib(),
			},
			want: []string{"/opt/lib64/x86_64/liba.so"},
		},
		{
			name: "RPATH is inherited",
			objects: map[string]object{
				"bin/p": rpath(program(glibc, lib("liba.so")), "/r"), "r/liba.so": lib("libb.so"), "r/libb.so": lib(),
			},
			want: []string{"/r/liba.so", "/r/libb.so"},
		},
		{
			name: "RUNPATH is not",
			objects: map[string]object{
				"bin/p": runpath(program(glibc, lib("liba.so")), "/r"), "r/liba.so": lib("libb.so"), "r/libb.so": lib(),
			},
			want:    []string{"/r/liba.so"},
			lacking: []string{"/r/liba.so needs libb.so"},
		},
		{
			name: "RUNPATH cancels RPATH",
			objects: map[string]object{
				"bin/p": rpath(runpath(program(glibc, lib("liba.so")), "/s"), "/r"), "r/liba.so": lib(), "s/liba.so": lib(),
			},
			want: []string{"/s/liba.so"},
		},
		{
			name: "a library's RUNPATH cancels the RPATH that it would inherit",
			objects: map[string]object{
				"bin/p": rpath(program(glibc, lib("liba.so")), "/r"), "r/liba.so": runpath(lib("libb.so"), "/s"), "r/libb.so": lib(),
			},
			want:    []string{"/r/liba.so"},
			lacking: []string{"/r/liba.so needs libb.so"},
		},
		{
			name: "what is loaded already is not searched for",
			objects: map[string]object{
				"bin/p":         rpath(program(glibc, lib("liba.so", "libb.so")), "$ORIGIN/r"),
				"bin/r/liba.so": with(lib(), func(o *object) { o.soname = "libz.so.1" }),
				"bin/r/libb.so": runpath(lib("libz.so.1"), "/nowhere"),
			},
			want: []string{"/bin/r/liba.so", "/bin/r/libb.so"},
		},
		{
			name:    "needed by path",
			objects: map[string]object{"bin/p": program(glibc, lib("/opt/liba.so")), "opt/liba.so": lib()},
			want:    []string{"/opt/liba.so"},
		},
		{
			name: "ld.so.conf with includes, given a cache",
			objects: map[string]object{
				"bin/p": program(glibc, lib("liba.so", "libb.so")), "opt/a/liba.so": lib(), "opt/b/libb.so": lib(),
			},
			others: map[string]string{
				"etc/ld.so.conf":          "# a remark\ninclude ld.so.conf.d/*.conf\n",
				"etc/ld.so.conf.d/a.conf": "/opt/a # here\n", "etc/ld.so.conf.d/b.conf": "include /etc/ld.so.conf\n/opt/b\n",
				"etc/ld.so.cache": "",
			},
			want: []string{"/opt/a/liba.so", "/opt/b/libb.so"},
		},
		{
			name:    "ld.so.conf without a cache counts for nothing",
			objects: map[string]object{"bin/p": program(glibc, lib("liba.so")), "opt/a/liba.so": lib()},
			others:  map[string]string{"etc/ld.so.conf": "/opt/a\n"},
			lacking: []string{"/bin/p needs liba.so"},
		},
		{
			name: "musl: its own names, its directories, RUNPATH inherited",
			objects: map[string]object{
				"bin/p":     runpath(program(musl, lib("libc.musl-x86_64.so.1", "liba.so")), "/r"),
				"r/liba.so": lib("libb.so", "libd.so"), "r/libb.so": lib("libm.so.6"), "usr/local/lib/libd.so": lib(),
			},
			want: []string{"/r/liba.so", "/r/libb.so", "/usr/local/lib/libd.so"},
		},
		{
			name:    "musl: the path file replaces the directories",
			objects: map[string]object{"bin/p": program(musl, lib("liba.so", "libb.so")), "opt/liba.so": lib(), "lib/libb.so": lib()},
			others:  map[string]string{"etc/ld-musl-x86_64.path": "/other\n/opt\n"},
			want:    []string{"/opt/liba.so"},
			lacking: []string{"/bin/p needs libb.so"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := layout(t, tt.others)
			tt.objects["lib64/ld-linux-x86-64.so.2"], tt.objects["lib/ld-musl-x86_64.so.1"] = lib(), lib()
			for name, o := range tt.objects {
				place(t, root.on(name), elfFile(t, o))
			}
			files, lacks := newLinker(root).load("/bin/p", "")
			if len(files) == 0 || !slices.Equal(files[1:], tt.want) {
				t.Errorf("load(/bin/p) = %q; want the loader and %q", files, tt.want)
			}
			var lacking []string
			for _, l := range lacks {
				lacking = append(lacking, l.by+" needs "+l.name)
			}
			if !slices.Equal(lacking, tt.lacking) {
				t.Errorf("load(/bin/p) lacks %q; want %q", lacking, tt.lacking)
			}
		})
	}
}

// TestConfDirs reads files that include each other: each counts once.
func TestConfDirs(t *testing.T) {
	root := layout(t, map[string]string{
		"etc/ld.so.cache": "", "etc/ld.so.conf": "/first, /second\ninclude conf.d/*.conf\nhwcap 0 nosegneg\nrelative\n",
		"etc/conf.d": "-> /opt/conf", "opt/conf/a.conf": "include ../ld.so.conf /etc/ld.so.conf\n/third/ # last\n",
	})
	want := []string{"/first", "/second", "/third"}
	if got := root.confDirs(); !slices.Equal(got, want) {
		t.Errorf("confDirs() = %q; want %q", got, want)
	}
}

// TestLoadAgainstLdd compares what is found for this machine's tools with what
// its real loader opens.
func TestLoadAgainstLdd(t *testing.T) {
	ldd, err := exec.LookPath("ldd")
	if err != nil {
		t.Skip("ldd is not installed")
	}
	host := tree("/")
	real := func(names []string) []string {
		var out []string
		for _, n := range names {
			if file, err := host.resolve(n); err == nil {
				out = append(out, file)
			}
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	l := newLinker(host)
	compared := 0
	for _, tool := range Tools("/") {
		name, _ := host.lookup(tool)
		file, _ := host.resolve(name)
		out, err := exec.Command(ldd, file).Output()
		if err != nil || bytes.Contains(out, []byte("statically")) {
			continue // not dynamic
		}
		compared++
		files, lacks := l.load(name, "")
		got, want := real(files), real(regexp.MustCompile(`/[^ \n]*`).FindAllString(string(out), -1))
		if !slices.Equal(got, want) || len(lacks) > 0 {
			t.Errorf("load(%s) = %q, lacking %v; want what ldd prints: %s", name, got, lacks, strings.Join(want, " "))
		}
	}
	if compared == 0 {
		t.Skip("no tool of this machine is dynamic")
	}
}
