package registry

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/lessontest"
	"byhand/lab/bench"
	"byhand/lab/registry"
)

// TestMain is the command byhand too, which the printed commands call: by that
// name it serves a registry, as byhand lab registry serve does.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "byhand" && len(os.Args) > 1 {
		fmt.Fprintln(os.Stderr, standIn(os.Args[1:]))
		os.Exit(1)
	}
	lessontest.Main(m, nil)
}

func standIn(args []string) error {
	const want = "lab registry serve --address 127.0.0.1:0 --dir"
	dir := args[len(args)-1]
	if got := strings.Join(args[:len(args)-1], " "); got != want {
		return fmt.Errorf("byhand %s; want byhand %s", got, want)
	}
	h, err := registry.Serve(dir, log.New(os.Stderr, "", 0))
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("serving %s at %s\n", dir, l.Addr())
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	return server.Serve(l)
}

func TestLaws(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed: apt-get install curl")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := errors.Join(os.Chmod(bin, 0o755), os.Symlink(self, filepath.Join(bin, "byhand"))); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Push the blobs": {
			{Name: "nothing pushed", Do: lessontest.Nothing, Says: "was not pushed"},
			{Name: "without the layer", Do: lessontest.Changed(pushShell, "config.json layer.tar.gz", "config.json"), Says: "layer.tar.gz"},
			{Name: "begun, and never sent", Do: lessontest.Changed(pushShell, "curl -fsS --noproxy '*' -X PUT", ":"), Says: "was not pushed"},
			{Name: "to another repository", Do: lessontest.Script(`mkdir -p "$LAB/other"; cp "$LAB"/image/*.* "$LAB/other"`), Says: "was not pushed"},
		},
		"Push the manifest, and give it a tag": {
			{Name: "nothing pushed", Do: lessontest.Nothing, Says: "no manifest has this tag"},
			{Name: "another tag", Do: lessontest.Changed(nameShell, "manifests/1", "manifests/3"), Says: "no manifest has this tag"},
			{Name: "configuration and layer exchanged", Do: lessontest.Changed(nameShell, `describe "$LAB/image/config.json"`, `describe "$LAB/image/layer.tar.gz"`), Says: "another configuration"},
			{Name: "changed after that", Do: lessontest.After(name, lessontest.Script(`echo >>"$LAB/image/manifest.json"`)), Says: "not the manifest in"},
			{Name: "a size that is not right", Do: lessontest.Changed(nameShell, `$(stat -c %s "$1")`, "7"), Says: "a whole image can't be pulled"},
		},
		"Ask for the manifest, and check its digest": {
			{Name: "nothing asked for", Do: lessontest.Nothing, Says: "nothing was asked for"},
			{Name: "a new line at its end", Do: lessontest.After(ask, lessontest.Script(`echo >>"$LAB/pulled/manifest.json"`)), Says: "was changed"},
			{Name: "the list of tags", Do: lessontest.Changed(askShell, "manifests/1", "tags/list"), Says: "was changed"},
		},
		"Pull by digest, unpack, and start it": {
			{Name: "nothing pulled", Do: lessontest.Nothing, Says: "was not pulled"},
			{Name: "cut off", Do: lessontest.After(pull, lessontest.Script(`for f in "$LAB"/pulled/????????????????????????????????????????????????????????????????; do truncate -s 9 "$f"; done`)), Says: "not whole"},
			{Name: "pulled, and not started", Do: lessontest.Script(strings.Split(pullShell, "# docker run")[0]), Says: "nothing was started"},
			{Name: "in another root", Do: lessontest.Changed(pullShell, `chroot "$LAB/rootfs"`, `chroot /`), Says: "another root"},
		},
		"Change the layer on the registry's disk, and pull again": {
			{Name: "nothing changed", Do: lessontest.Nothing, Says: "nobody lies"},
			{Name: "only asked again", Do: lessontest.Changed(lieShell, "printf XX", "printf ''"), Says: "nobody lies"},
			{Name: "changed, and not asked for", Do: lessontest.Script(strings.Split(lieShell, "# From")[0]), Says: "not taken from there again"},
			{Name: "removed", Do: lessontest.After(lie, lessontest.Script(`rm "$LAB/registry/blobs/sha256/$(grep -o 'sha256:[0-9a-f]*' "$LAB/pulled/manifest.json" | tail -n 1 | cut -d: -f2)"`)), Says: "the file is gone"},
			{Name: "the registry ended", Do: lessontest.After(lie, endServer), Says: "has ended"},
			{Name: "the configuration, too", Do: lessontest.After(lie, lessontest.Script(`for f in "$LAB"/registry/blobs/sha256/*; do echo >>"$f"; done; cp "$LAB/registry/blobs/sha256/$(grep -o 'sha256:[0-9a-f]*' "$LAB/pulled/manifest.json" | tail -n 1 | cut -d: -f2)" "$LAB/pulled/again"`)), Says: "the configuration was changed"},
			{Name: "what was pulled before, too", Do: lessontest.After(lie, lessontest.Script(`for f in "$LAB"/pulled/????????????????????????????????????????????????????????????????; do echo >>"$f"; done`)), Says: "was overwritten"},
		},
	})
}

// endServer ends the bench's registry.
func endServer(_ context.Context, b *bench.Bench) error {
	pids, err := b.Processes()
	if err != nil {
		return err
	}
	var errs []error
	for _, pid := range pids {
		if root, err := kernel.RootLink(pid); err == nil && root == "/" {
			errs = append(errs, unix.Kill(pid, unix.SIGKILL))
		}
	}
	return errors.Join(errs...)
}
