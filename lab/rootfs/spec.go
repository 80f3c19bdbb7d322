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
	Layout      Kind = "oci"         // an image in an OCI image layout, a directory
)

// Source names what a root file system is made from.
type Source struct {
	// Kind says how the root is made.
	Kind Kind
	// Arg is the suite for Debootstrap, the absolute path for Archive and
	// Directory, the absolute path and after a colon the image's name for
	// Layout, empty for Host.
	Arg string
}

// accepted is the end of every error of Parse about an unknown source.
const accepted = "give host, debootstrap[:SUITE], a FILE.tar[.gz|.zst], a DIRECTORY, an IMAGE or oci:DIRECTORY[:NAME]"

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

// An ImageError says that a spec is neither of the others nor a file, but may be
// the name of an image: whoever has images can make a Layout of it.
type ImageError struct {
	// Name is the spec.
	Name string
}

func (e *ImageError) Error() string {
	return fmt.Sprintf("root file system %q: no such image; %s", e.Name, accepted)
}

// Parse reads the SRC of --rootfs SRC. The empty string means host. An IMAGE it
// leaves to the caller, with an ImageError.
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
	case kind == string(Layout):
		return parseLayout(suite)
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

// parseLayout reads DIRECTORY[:NAME], as umoci and skopeo do too.
func parseLayout(spec string) (Source, error) {
	dir, name, named := strings.Cut(spec, ":")
	if !named {
		name = "latest"
	}
	if _, err := os.Stat(filepath.Join(dir, "oci-layout")); err != nil {
		return Source{}, fmt.Errorf("root file system oci:%s: %w", spec, err)
	}
	path, err := filepath.Abs(dir)
	if err != nil {
		return Source{}, fmt.Errorf("root file system oci:%s: %w", spec, err)
	}
	return Source{Layout, path + ":" + name}, nil
}

// notAFile says what is wrong with a spec that os.Stat could not find.
func notAFile(spec string, err error) error {
	isPath := archiveName().MatchString(spec) || strings.HasPrefix(spec, ".") || strings.HasPrefix(spec, "/")
	switch {
	case isPath || !errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("root file system %q: %w", spec, err)
	case imageName().MatchString(spec):
		return &ImageError{spec}
	}
	return fmt.Errorf("root file system %q: unknown source; %s", spec, accepted)
}

// String returns the spec that Parse reads as s.
func (s Source) String() string {
	switch s.Kind {
	case Debootstrap, Layout:
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
