package vm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// A release is what a machine's packages are taken from.
type release struct {
	// codename is the distribution's, such as bookworm.
	codename string
	// sources are lines as in sources.list(5).
	sources []string
	// options are lines as in apt.conf(5): how this machine reaches them.
	options []string
}

// ownRelease is this machine's own, from what its apt uses.
func ownRelease(ctx context.Context) (release, error) {
	text, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return release{}, fmt.Errorf("find this machine's release: %w", err)
	}
	r := release{codename: osRelease(string(text), "VERSION_CODENAME")}
	out, err := output(ctx, "apt-get", "indextargets",
		"--format", "$(REPO_URI) $(RELEASE) $(COMPONENT) $(CODENAME) $(ORIGIN)", "Created-By: Packages")
	if err != nil {
		return release{}, err
	}
	r.sources = sources(out, r.codename)
	if len(r.sources) == 0 {
		return release{}, fmt.Errorf("apt knows no source of %q with lists of packages; apt-get update fetches them", r.codename)
	}
	out, err = output(ctx, "apt-config", "dump")
	if err != nil {
		return release{}, err
	}
	r.options = transport(out)
	return r, nil
}

// sources makes lines of sources.list of apt's index targets: those of the
// distribution itself and its updates, not those of other makers or backports.
func sources(targets, codename string) []string {
	var lines []string
	for line := range strings.Lines(targets) {
		f := strings.Fields(line)
		if len(f) < 5 || !slices.Contains([]string{codename, codename + "-updates", codename + "-security"}, f[3]) {
			continue
		}
		var key string
		switch f[4] {
		case "Debian":
			key = "/usr/share/keyrings/debian-archive-keyring.gpg"
		case "Ubuntu":
			key = "/usr/share/keyrings/ubuntu-archive-keyring.gpg"
		default:
			continue
		}
		options := ""
		if _, err := os.Stat(key); err == nil {
			options = "[signed-by=" + key + "] "
		}
		source := "deb " + options + f[0] + " " + f[1] + " " + f[2]
		if !slices.Contains(lines, source) {
			lines = append(lines, source)
		}
	}
	return lines
}

// transport chooses from apt's configuration the proxies and certificates.
func transport(dump string) []string {
	var lines []string
	for line := range strings.Lines(dump) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "Acquire::http") && !strings.HasSuffix(line, `"";`) {
			lines = append(lines, line)
		}
	}
	return lines
}

// osRelease returns a variable of os-release(5).
func osRelease(text, name string) string {
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+"="); ok {
			return strings.Trim(value, `"'`)
		}
	}
	return ""
}

// output runs a program and returns its standard output; an error holds what
// it wrote to standard error.
func output(ctx context.Context, name string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		said := ""
		if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
			said = ": " + strings.TrimSpace(string(ended.Stderr))
		}
		return "", fmt.Errorf("%s %s: %w%s", name, strings.Join(args, " "), err, said)
	}
	return string(out), nil
}
