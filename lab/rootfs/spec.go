package rootfs

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// Kind says what sort of thing a root file system is made from.
type Kind string

// The kinds of source.
const (
	Host        Kind = "host"        // this machine's own programs and libraries
	Debootstrap Kind = "debootstrap" // a fresh Debian or Ubuntu from its archive
	Archive     Kind = "tar"         // a tar file, plain or compressed
	Directory   Kind = "dir"         // a copy of a directory
)

// Source names what a root file system is made from.
type Source struct {
	// Kind says how the root is made.
	Kind Kind
	// Arg is the suite for Debootstrap, the absolute path for Archive and
	// Directory, empty for Host.
	Arg string
}

// accepted is the end of every error of Parse about an unknown source.
const accepted = "give host, debootstrap[:SUITE], a FILE.tar[.gz|.zst] or a DIRECTORY"

var (
	archiveName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\.(tar|tar\.gz|tgz|tar\.zst)$`)
	})
	suiteName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*$`)
	})
	// imageName is Docker's form of a name: [HOST[:PORT]/]PATH[:TAG][@DIGEST].
	imageName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([A-Za-z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?(@sha256:[0-9a-f]+)?$`)
	})
)

// Parse reads the SRC of --rootfs SRC. The empty string means host.
func Parse(spec string) (Source, error) {
	switch kind, suite, _ := strings.Cut(spec, ":"); {
	case spec == "" || spec == string(Host):
		return Source{Kind: Host}, nil
	case spec == string(Debootstrap):
		return Source{Debootstrap, hostSuite()}, nil
	case kind == string(Debootstrap):
		if !suiteName().MatchString(suite) {
			return Source{}, fmt.Errorf("root file system %q: %q is not the name of a suite", spec, suite)
		}
		return Source{Debootstrap, suite}, nil
	}
	info, err := os.Stat(spec)
	if err != nil {
		return Source{}, notAFile(spec, err)
	}
	path, err := filepath.Abs(spec)
	if err != nil {
		return Source{}, fmt.Errorf("root file system %q: %w", spec, err)
	}
	switch {
	case info.IsDir():
		return Source{Directory, path}, nil
	case archiveName().MatchString(path):
		return Source{Archive, path}, nil
	}
	return Source{}, fmt.Errorf("root file system %q: this file is no tar archive by its name; %s", spec, accepted)
}

// notAFile says what is wrong with a spec that os.Stat could not find.
func notAFile(spec string, err error) error {
	isPath := archiveName().MatchString(spec) || strings.HasPrefix(spec, ".") || strings.HasPrefix(spec, "/")
	switch {
	case isPath || !errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("root file system %q: %w", spec, err)
	case imageName().MatchString(spec):
		return fmt.Errorf("root file system %q: images come with the registry lesson; until then, %s", spec, accepted)
	}
	return fmt.Errorf("root file system %q: unknown source; %s", spec, accepted)
}

// String returns the spec that Parse reads as s.
func (s Source) String() string {
	switch s.Kind {
	case Debootstrap:
		return string(s.Kind) + ":" + s.Arg
	case Archive, Directory:
		return s.Arg
	}
	return string(Host)
}

// hostSuite returns the suite that this machine runs.
func hostSuite() string {
	for _, name := range []string{"/etc/os-release", "/usr/lib/os-release"} { // the order of os-release(5)
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		defer f.Close()
		return suiteOf(f)
	}
	return "stable"
}

// suiteOf returns the suite that an os-release file names. The code names of
// other distributions mean nothing to Debian's archive.
func suiteOf(osRelease io.Reader) string {
	values := map[string]string{}
	for lines := bufio.NewScanner(osRelease); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), "="); ok {
			values[key] = strings.Trim(value, `"'`)
		}
	}
	suite := values["VERSION_CODENAME"]
	if (values["ID"] == "debian" || values["ID"] == "ubuntu") && suiteName().MatchString(suite) {
		return suite
	}
	return "stable"
}
