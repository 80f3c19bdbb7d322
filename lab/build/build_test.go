package build

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"byhand/lab/overlay"
	"byhand/lab/process"
	"byhand/lab/rootfs"
	"byhand/lab/store"
)

func TestMain(m *testing.M) {
	if process.IsChild() {
		os.Exit(process.ChildMain(process.Table{Stage: process.Typed(Inside)}))
	}
	os.Exit(m.Run())
}

// bench is a store with an image "base" that has a shell, and a context.
type bench struct {
	*testing.T
	Options
	out bytes.Buffer
}

func newBench(t *testing.T, files map[string]string) *bench {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("RUN needs root")
	}
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, Options: Options{Store: s, Context: t.TempDir(), Name: "Dockerfile", Executor: Namespaces{}, Now: time.Unix(1e9, 0)}}
	b.Out = &b.out
	for name, text := range files {
		path := filepath.Join(b.Context, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	root := filepath.Join(t.TempDir(), "root")
	source, err := rootfs.Parse("host")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := rootfs.Build(t.Context(), source, root, func(rootfs.Progress) {}); err != nil {
		t.Fatal(err)
	}
	layer, err := s.Diff(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	b.Dockerfile = []byte("FROM scratch\nENV PATH=/bin:/usr/bin\nCMD [\"sh\"]\n")
	base, err := Build(t.Context(), b.Options)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create(t.Context(), base.Config, []store.Layer{layer}, "node:12-stretch"); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) build(dockerfile string) (*store.Image, error) {
	b.out.Reset()
	b.Dockerfile = []byte(dockerfile)
	return Build(b.T.Context(), b.Options)
}

func (b *bench) must(dockerfile string) *store.Image {
	b.Helper()
	img, err := b.build(dockerfile)
	if err != nil {
		b.Fatalf("Build: %v\n%s", err, b.out.String())
	}
	return img
}

// read returns a file's content and mode in an image.
func (b *bench) read(img *store.Image, name string) string {
	b.Helper()
	lower, err := b.Store.Root(b.T.Context(), img)
	if err != nil {
		b.Fatal(err)
	}
	root := lower[0]
	if len(lower) > 1 {
		pile, err := overlay.Open(overlay.Spec{Lower: lower})
		if err != nil {
			b.Fatal(err)
		}
		defer pile.Close()
		root = fmt.Sprintf("/proc/self/fd/%d", pile.Fd())
	}
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// TestNotes builds the Dockerfile of the course notes as it is printed.
func TestNotes(t *testing.T) {
	b := newBench(t, nil)
	img := b.must("FROM node:12-stretch\n\nCMD [\"node\", \"-e\", \"console.log(\\\"hi lol\\\")\"]\n\n")
	if want := []string{"node", "-e", `console.log("hi lol")`}; !slices.Equal(img.Config.Config.Cmd, want) {
		t.Errorf("Cmd = %q; want %q", img.Config.Config.Cmd, want)
	}
}

func TestInstructions(t *testing.T) {
	b := newBench(t, map[string]string{
		"app/a.txt": "A", "app/skip.log": "S", "b.txt": "B", ".dockerignore": "**/*.log\n",
	})
	b.Args = map[string]string{"WHO": "world"}
	b.Tags = []string{"made:1"}
	img := b.must(`ARG BASE=node:12-stretch
FROM $BASE AS first
ARG WHO=nobody
ENV GREETING="hello $WHO"
RUN echo "$GREETING from $WHO" > /greeting && rm -f /etc/hostname
RUN <<EOF
echo one > /lines
echo two >> /lines
EOF
FROM node:12-stretch
WORKDIR /srv/app
COPY app/ .
COPY --chown=12:34 --chmod=0600 b.txt /etc/
COPY --from=first /greeting /lines /copied/
COPY <<END /inline
text
END
RUN cat /copied/greeting > seen; pwd >> seen
USER 1000:1000
RUN ["sh", "-c", "echo $(pwd) > /tmp/mine || true"]
EXPOSE 80 53/udp
VOLUME /data
LABEL a=b
STOPSIGNAL SIGINT
HEALTHCHECK --interval=5s CMD true
SHELL ["/bin/sh", "-ec"]
ENTRYPOINT echo hi
ONBUILD ENV LATER=1
`)
	for name, want := range map[string]string{
		"copied/greeting": "hello world from world\n", "copied/lines": "one\ntwo\n", "srv/app/a.txt": "A", "etc/b.txt": "B", "inline": "text\n",
		"srv/app/seen": "hello world from world\n/srv/app\n",
	} {
		if got := b.read(img, name); got != want {
			t.Errorf("%s = %q; want %q", name, got, want)
		}
	}
	if got := b.read(img, "srv/app/skip.log"); !strings.Contains(got, "no such file") {
		t.Errorf("skip.log = %q; want it ignored", got)
	}
	c := img.Config.Config
	for _, check := range []struct{ name, got, want string }{
		{"Entrypoint", fmt.Sprintf("%q", c.Entrypoint), `["/bin/sh" "-ec" "echo hi"]`},
		{"Cmd", fmt.Sprintf("%q", c.Cmd), `[]`},
		{"User", c.User, "1000:1000"}, {"WorkingDir", c.WorkingDir, "/srv/app"}, {"StopSignal", c.StopSignal, "SIGINT"},
		{"ExposedPorts", fmt.Sprint(c.ExposedPorts), "map[53/udp:{} 80/tcp:{}]"}, {"Volumes", fmt.Sprint(c.Volumes), "map[/data:{}]"},
		{"Labels", fmt.Sprint(c.Labels), "map[a:b]"}, {"Healthcheck", fmt.Sprint(c.Healthcheck.Test, c.Healthcheck.Interval), "[CMD-SHELL true] 5s"},
		{"OnBuild", fmt.Sprint(c.OnBuild), "[ENV LATER=1]"},
	} {
		if check.got != check.want {
			t.Errorf("%s = %s; want %s", check.name, check.got, check.want)
		}
	}
	if later := b.must("FROM made:1\n"); !slices.Contains(later.Config.Config.Env, "LATER=1") || len(later.Config.Config.OnBuild) > 0 {
		t.Errorf("built on it: Env %q, OnBuild %q; want LATER=1 done once", later.Config.Config.Env, later.Config.Config.OnBuild)
	}
}

// TestCache sees that layers are made again only if what they depend on changed.
func TestCache(t *testing.T) {
	b := newBench(t, map[string]string{"a": "1"})
	const file = "FROM node:12-stretch\nCOPY a /a\nRUN cat /a > /b\n"
	one := b.must(file)
	if strings.Contains(b.out.String(), "cached") {
		t.Errorf("the first build says\n%s; want nothing cached", b.out.String())
	}
	now := time.Now()
	if err := os.Chtimes(filepath.Join(b.Context, "a"), now, now); err != nil {
		t.Fatal(err)
	}
	two := b.must(file)
	if n := strings.Count(b.out.String(), "cached"); n != 2 || one.Descriptor.Digest != two.Descriptor.Digest {
		t.Errorf("%d layers cached, digests %s and %s; want 2 and equal", n, one.Descriptor.Digest, two.Descriptor.Digest)
	}
	if err := os.WriteFile(filepath.Join(b.Context, "a"), []byte("2"), 0o644); err != nil {
		t.Fatal(err)
	}
	three := b.must(file)
	if got := b.read(three, "b"); got != "2" || strings.Contains(b.out.String(), "cached") {
		t.Errorf("b = %q after a change, and\n%s; want 2 and nothing cached", got, b.out.String())
	}
}

func TestErrors(t *testing.T) {
	b := newBench(t, map[string]string{"a": "1"})
	if err := os.Symlink("/etc/passwd", filepath.Join(b.Context, "out")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ file, want string }{
		{"FROM node:12-stretch\n\nRUN exit 3\n", `Dockerfile:3: RUN exit 3: ["/bin/sh" "-c" "exit 3"] ended with exit status 3`},
		{"FROM none:1\n", "Dockerfile:1: FROM none:1: no such image"},
		{"FROM node:12-stretch\nCOPI a b\n", "Dockerfile:2: COPI a b: "},
		{"FROM node:12-stretch\nCOPY ../a b\n", "climbs"},
		{"FROM node:12-stretch\nCOPY missing b\n", "missing"},
		{"FROM node:12-stretch\nCOPY out b\n", "escapes"},
		{"FROM node:12-stretch\nCOPY --chown=nobodyknows a b\n", `no "nobodyknows"`},
		{"FROM node:12-stretch\nRUN --mount=type=cache,target=/x true\n", "not known here"},
		{"", "Dockerfile: "},
	} {
		img, err := b.build(c.file)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Build(%q) = %v, %v; want an error with %q", c.file, img, err, c.want)
		}
	}
}

// TestRunIsInside looks at what a RUN sees, beside what this process sees.
func TestRunIsInside(t *testing.T) {
	b := newBench(t, nil)
	img := b.must("FROM node:12-stretch\nRUN echo $$ > /pid; ls /proc/1/root/" + filepath.Base(b.Context) + " 2>/dev/null; : > /dev/null\n")
	if got := b.read(img, "pid"); got != "1\n" {
		t.Errorf("the shell's pid = %q; want 1", got)
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil || strings.Contains(string(mounts), b.Store.Dir()) {
		t.Errorf("mountinfo names the store, %v; want none of RUN's mounts here", err)
	}
	if names, err := os.ReadDir(filepath.Join(b.Store.Dir(), "tmp")); err != nil || len(names) > 0 {
		t.Errorf("tmp holds %v, %v; want nothing", names, err)
	}
}

// TestAddUnpacks has ADD unpack an archive, and refuse one that climbs.
func TestAddUnpacks(t *testing.T) {
	pack := func(name string) string {
		var buf bytes.Buffer
		w := tar.NewWriter(&buf)
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: 1}); err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte("x"))
		w.Close()
		return buf.String()
	}
	b := newBench(t, map[string]string{"good.tar": pack("d/file"), "bad.tar": pack("../file")})
	img := b.must("FROM node:12-stretch\nADD good.tar /to/\nCOPY good.tar /kept.tar\n")
	if got := b.read(img, "to/d/file"); got != "x" {
		t.Errorf("to/d/file = %q; want x", got)
	}
	if got := b.read(img, "kept.tar"); got != pack("d/file") {
		t.Errorf("kept.tar has %d bytes; want COPY to leave it packed", len(got))
	}
	if _, err := b.build("FROM node:12-stretch\nADD bad.tar /to/\n"); err == nil || !strings.Contains(err.Error(), `"../file"`) {
		t.Errorf("ADD of an archive that climbs = %v; want an error that names the entry", err)
	}
}
