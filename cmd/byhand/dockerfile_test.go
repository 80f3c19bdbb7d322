package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"byhand/lab/process"
	"byhand/lab/rootfs"
)

// bases are the images that Dockerfiles begin with. There is no network, so each
// is this machine's own programs, and stand-ins for those that it is named for.
const bases = `FROM base
RUN printf 'node:x:1000:1000::/home/node:/bin/sh\n' >>/etc/passwd && printf 'node:x:1000:\n' >>/etc/group
COPY --chmod=755 bin/ /usr/local/bin/
RUN mkdir -p /srv /usr/share/nginx/html /etc/nginx/conf.d && echo welcome >/usr/share/nginx/html/index.html
`

// standIns are the programs, by name.
var standIns = map[string]string{
	"node":   `exec sh "$@"`,
	"npm":    `if [ "$1" = ci ]; then mkdir -p node_modules; cat package.json package-lock.json >node_modules/installed; fi`,
	"pip":    `mkdir -p /opt/site; while [ $# -gt 1 ]; do shift; done; cat "$1" >/opt/site/packages`,
	"python": `shift; file=$(echo "$1" | tr . /); shift; exec sh "$file" "$@"`,
	"go": `if [ "$1" = build ]; then
	while [ "$1" != -o ]; do if [ "$1" = -ldflags ]; then flags=$2; fi; shift; done
	mkdir -p "${2%/*}"; printf '#!/bin/sh\necho "%s for %s: %s"\n' "$flags" "$GOOS" "$(ls | tr '\n' ' ')" >"$2"; chmod 755 "$2"
fi`,
	"nginx": `echo "nginx $*"; cat /usr/share/nginx/html/index.html`,
}

// baseNames are the names under which the Dockerfiles look for it.
var baseNames = []string{
	"alpine:3.20", "debian:bookworm-slim", "node:20-alpine", "python:3.12-slim", "golang:1.22", "nginx:1.27-alpine", "eclipse-temurin:21",
}

// A dockerfile is one from testdata/dockerfiles, with the files around it.
type dockerfile struct {
	name, dir string
	// before is the directory of one that must be built before, or empty.
	before string
	// build are flags of build.
	build string
	// unlike says why Podman's builder is not asked to build it too.
	unlike string
	// probes are words behind the image's name, a line each.
	probes []string
}

// readDockerfile writes the files of a txtar archive to a directory. archive is
// put beside them where they ask for one.
func readDockerfile(t *testing.T, file, archive string) dockerfile {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d := dockerfile{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), dir: t.TempDir()}
	for line := range strings.Lines(string(a.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "before":
			d.before = value
		case "build":
			d.build = value
		case "no podman build":
			d.unlike = value
		case "archive":
			if err := os.Link(archive, filepath.Join(d.dir, value)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, f := range a.Files {
		if f.Name == "probe" {
			d.probes = strings.Split(strings.TrimSuffix(string(f.Data), "\n"), "\n")
			continue
		}
		path := filepath.Join(d.dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// TestImagesRunInPodman builds Dockerfiles as people write them, and wants Podman
// to do with the images what byhand does; and where Podman's own builder knows
// all of a Dockerfile, the image that it builds to do the same.
func TestImagesRunInPodman(t *testing.T) {
	t.Parallel()
	p := newPodman(t)
	// The runtime of Debian's package, so that nothing but the image is byhand's.
	runtime, err := exec.LookPath("runc")
	if err != nil {
		t.Skipf("no runtime for Podman that also knows cgroup v1: %v", err)
	}
	p.base = append(p.base, "--runtime", runtime)
	home := filepath.Join(p.dir, "home")
	archive := filepath.Join(p.dir, "root.tar.gz")
	makeBases(t, p, home, archive)
	files, err := filepath.Glob("testdata/dockerfiles/*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d Dockerfiles, %v; want ten or more", len(files), err)
	}
	for _, file := range files {
		d := readDockerfile(t, file, archive)
		t.Run(d.name, func(t *testing.T) {
			p := *p
			p.t = t
			d.compare(t, &p, home)
		})
	}
}

// makeBases builds the base image, and gives it to Podman as well.
func makeBases(t *testing.T, p *podman, home, archive string) {
	t.Helper()
	root := filepath.Join(p.dir, "files")
	if err := rootfs.Build(t.Context(), rootfs.Source{Kind: rootfs.Host}, root, nil); err != nil {
		t.Fatal(err)
	}
	// What ADD unpacks keeps its owner.
	if err := os.Chown(filepath.Join(root, "mnt"), 21, 22); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "tar", "-C", root, "-czf", archive, ".").CombinedOutput(); err != nil {
		t.Fatalf("tar: %v: %s", err, out)
	}
	around := t.TempDir()
	if err := os.Mkdir(filepath.Join(around, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range standIns {
		if err := os.WriteFile(filepath.Join(around, "bin", name), []byte("#!/bin/sh\n"+text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(around, "Dockerfile"), []byte(bases), 0o644); err != nil {
		t.Fatal(err)
	}
	succeed(t, home, "lab", "import", archive, "base")
	succeed(t, home, "lab", "build", "-q", "-t", baseNames[0], around)
	for _, name := range baseNames[1:] {
		succeed(t, home, "lab", "tag", baseNames[0], name)
	}
	saved := filepath.Join(p.dir, "bases.tar")
	succeed(t, home, append([]string{"lab", "save", "-o", saved}, baseNames...)...)
	p.script("podman load -q -i " + saved + " >/dev/null")
}

// compare builds the Dockerfile and runs what came of it.
func (d dockerfile) compare(t *testing.T, p *podman, home string) {
	if d.before != "" {
		succeed(t, home, "lab", "build", "-q", "-t", "localhost/onbuild-base", filepath.Join(d.dir, d.before))
	}
	ours := "localhost/" + d.name
	build := append([]string{"lab", "build", "-q", "-t", ours}, strings.Fields(d.build)...)
	succeed(t, home, append(build, d.dir)...)
	saved := filepath.Join(d.dir, "..", d.name+".tar")
	succeed(t, home, "lab", "save", "-o", saved, ours)

	var lines strings.Builder
	fmt.Fprintf(&lines, "podman load -q -i %s >/dev/null\n", saved)
	theirs := ""
	if d.unlike == "" {
		theirs = "localhost/theirs/" + d.name
		if d.before != "" {
			fmt.Fprintf(&lines, "podman build --format docker --layers=false -q --isolation chroot --network host -t localhost/onbuild-base %s/%s >/dev/null\n", d.dir, d.before)
		}
		fmt.Fprintf(&lines, "podman build --format docker --layers=false -q --isolation chroot --network host -t %s %s %s >/dev/null\n", theirs, d.build, d.dir)
	}
	const end = "-- end --"
	images := []string{ours}
	if theirs != "" {
		images = append(images, theirs)
	}
	for _, image := range images {
		fmt.Fprintf(&lines, "podman image inspect --format '{{json .Config}}' %s\necho '%s'\n", image, end)
		for _, probe := range d.probes {
			fmt.Fprintf(&lines, "podman run --rm --no-healthcheck --network none %s %s 2>&1 || echo status $?\necho '%s'\n", image, probe, end)
		}
	}
	said := strings.Split(p.script(lines.String()), end+"\n")
	config := said[0]
	for n, image := range images {
		said := said[n*(len(d.probes)+1):]
		if got, want := configOf(t, config), configOf(t, said[0]); !reflect.DeepEqual(got, want) {
			t.Errorf("the configuration of %s is\n%v\nwant, as of %s,\n%v", ours, got, image, want)
		}
		for i, probe := range d.probes {
			c := exec.CommandContext(t.Context(), "sh", "-c", "byhand lab run --rm --network none "+ours+" "+probe+" 2>&1 || echo status $?")
			c.Env = append(byhand(t, home).Env, "PATH="+filepath.Dir(binary(t))+":"+os.Getenv("PATH"))
			out, err := c.Output()
			if err != nil {
				t.Fatal(err)
			}
			if got, want := string(out), said[1+i]; got != want || got == "" {
				t.Errorf("byhand lab run %s %s printed\n%s\nwant, as Podman with %s,\n%s", ours, probe, got, image, want)
			}
		}
	}
}

// configOf is what of an image's configuration everybody understands alike.
func configOf(t *testing.T, text string) map[string]any {
	t.Helper()
	var c map[string]any
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	for key, value := range c {
		switch key {
		case "Env": // Podman's builder adds to a base that has none the usual path
			env, _ := value.([]any)
			c[key] = slices.DeleteFunc(env, func(v any) bool { return v == "PATH="+process.DefaultPath })
			if len(c[key].([]any)) == 0 {
				delete(c, key)
			}
		case "User", "ExposedPorts", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "StopSignal":
		case "Labels": // Podman's builder adds its own
			labels, _ := value.(map[string]any)
			delete(labels, "io.buildah.version")
			if len(labels) == 0 {
				delete(c, key)
			}
		default:
			delete(c, key)
		}
	}
	return c
}
