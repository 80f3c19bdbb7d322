package rootfs

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Shell returns bash commands that make at "$LAB/rootfs" what Build makes of
// s. They run under bash -eu and need only LAB to be set.
func (s Source) Shell() string {
	switch s.Kind {
	case Debootstrap:
		const dir = "$LAB/rootfs"
		command := "debootstrap"
		for _, arg := range debootstrapArgs(s.Arg, dir) {
			if arg == dir {
				command += ` "` + dir + `"`
			} else {
				command += " " + quote(arg)
			}
		}
		return command + "\n"
	case Archive:
		return fmt.Sprintf("mkdir -p \"$LAB/rootfs\"\n"+
			"tar -x -p -f %s -C \"$LAB/rootfs\" --numeric-owner --xattrs --xattrs-include='*'\n", quote(s.Arg))
	case Layout:
		// umoci obeys the layers' whiteouts, which tar does not know. It reads OCI's
		// media types only, so skopeo first turns Docker's into those.
		lend := ""
		if os.Geteuid() != 0 {
			lend = "--rootless "
		}
		return fmt.Sprintf("skopeo copy --quiet --insecure-policy %s \"oci:$LAB/image:latest\"\n"+
			"umoci raw unpack %s--image \"$LAB/image:latest\" \"$LAB/rootfs\"\n", quote("oci:"+s.Arg), lend)
	case Directory:
		return fmt.Sprintf("mkdir -p \"$LAB/rootfs\"\n"+
			"cp -a --one-file-system %s \"$LAB/rootfs/\"\n", quote(strings.TrimSuffix(s.Arg, "/")+"/."))
	}
	return hostShell()
}

// hostShell returns the script for this machine's own programs. Its lists are
// those that collect works through.
func hostShell() string {
	var terminfo []string
	for _, dir := range terminfoDirs {
		terminfo = append(terminfo, dir+"/?/{"+strings.Join(terminals, ",")+"}{,-256color}")
	}
	var etc strings.Builder
	for _, f := range etcFiles {
		var lines []string
		for line := range strings.Lines(f.content) {
			lines = append(lines, quote(strings.TrimSuffix(line, "\n")))
		}
		fmt.Fprintf(&etc, "printf '%%s\\n' %s \\\n    >\"$ROOT/etc/%s\"\n", strings.Join(lines, " "), f.name)
	}
	return strings.NewReplacer(
		"PATH_", systemPath,
		"DIRS_", strings.Join(emptyDirs, ","),
		"LINKS_", strings.Join(dirLinks, " "),
		"TOOLS_", wrap(tools()),
		"EXTRA_", wrap(slices.Concat(extraFiles, terminfo)),
		"ETC_\n", etc.String(),
	).Replace(hostScript)
}

const hostScript = `ROOT=$LAB/rootfs
PATH=PATH_
umask 022
mkdir -p "$ROOT"/{DIRS_}
chmod 1777 "$ROOT"/{tmp,var/tmp}
chmod 700 "$ROOT/root"

put() { # copy a file and, if it is a link, what it leads to
    local dir to
    dir=$(cd "${1%/*}" && pwd -P)
    if [ -e "$ROOT$dir/${1##*/}" ]; then return; fi
    if [ ! -d "$ROOT$dir" ]; then mkdir -p "$ROOT$dir"; fi
    cp -P "$1" "$ROOT$dir/"
    if [ -L "$1" ]; then
        to=$(readlink "$1")
        case $to in /*) put "$to" ;; *) put "$dir/$to" ;; esac
    fi
}

# repeat the machine's layout, such as /bin -> usr/bin
for link in LINKS_; do
    if [ -L "$link" ]; then
        mkdir -p "$ROOT$(realpath "$link")"
        cp -P "$link" "$ROOT$link"
    fi
done

# each program, and the libraries that they were linked with
programs=()
for tool inTOOLS_; do
    file=$(type -P "$tool") || continue
    put "$file"
    programs+=("$file")
done
for file in "${programs[@]}"; do
    ldd "$file" || true # of a static one it fails
done | grep -o '/[^ ]*' | sort -u | while read -r lib; do put "$lib"; done

# what the system is called, where libraries lie, what terminals understand
for file inEXTRA_; do
    if [ -e "$file" ]; then put "$file"; fi
done

ETC_
`

// wrap lists words for the shell on indented lines of some 70 characters.
func wrap(words []string) string {
	var out strings.Builder
	column := 70 // so the first word begins a line
	for _, w := range words {
		if column += 1 + len(w); column > 70 {
			out.WriteString(" \\\n   ")
			column = 4 + len(w)
		}
		out.WriteString(" " + w)
	}
	return out.String()
}

// quote makes s one word for the shell.
func quote(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/.:_-=") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
