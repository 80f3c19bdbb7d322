package monitor

import (
	"net/netip"
	"os"
	"slices"
	"strings"

	"byhand/lab/container"
	"byhand/lab/mount"
	"byhand/lab/state"
)

// etcFiles are files of /etc that say who and where the container is, so that
// no image can have them right. They are bound from the container's directory.
func etcFiles(b state.Box, c container.Config) []mount.Spec {
	var specs []mount.Spec
	for _, name := range []string{"hosts", "hostname", "resolv.conf"} {
		target := "/etc/" + name
		if slices.ContainsFunc(c.Mounts, func(s mount.Spec) bool { return s.Target == target }) {
			continue // the user has brought one
		}
		specs = append(specs, mount.Spec{Type: mount.TypeBind, Source: b.Path(name), Target: target})
	}
	return specs
}

// writeEtc writes them, once the container's address is known.
func writeEtc(b state.Box, c container.Config, a state.Address) error {
	for name, text := range map[string]string{
		"hostname":    c.Hostname + "\n",
		"hosts":       hosts(c, a),
		"resolv.conf": resolv(c),
	} {
		if err := os.WriteFile(b.Path(name), []byte(text), 0o644); err != nil {
			return err
		}
		// Whatever the umask: the container's users read them.
		if err := os.Chmod(b.Path(name), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// hosts is /etc/hosts as Docker writes it.
func hosts(c container.Config, a state.Address) string {
	var b strings.Builder
	if text, err := os.ReadFile("/etc/hosts"); c.Network == container.Host && err == nil {
		b.Write(text)
	} else {
		b.WriteString("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n" +
			"fe00::\tip6-localnet\nff00::\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n")
	}
	for _, host := range c.Hosts {
		if name, address, found := strings.Cut(host, ":"); found {
			b.WriteString(address + "\t" + name + "\n")
		}
	}
	if a.IP != "" {
		b.WriteString(a.IP + "\t" + c.Hostname + "\n")
	}
	return b.String()
}

// resolv is /etc/resolv.conf: on a network, the server of names beside the
// container, which asks the others itself; what the machine's file says besides
// servers holds inside too.
func resolv(c container.Config) string {
	if !c.Bridged() {
		return servers(c)
	}
	text, _ := os.ReadFile("/etc/resolv.conf") // a machine may do without
	var b strings.Builder
	b.WriteString("nameserver " + state.NameServer + "\n")
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 1 && (f[0] == "search" || f[0] == "domain" || f[0] == "options") {
			b.WriteString(line)
		}
	}
	b.WriteString("options ndots:0\n")
	return b.String()
}

// servers is the machine's /etc/resolv.conf without servers of its loopback
// device, which is another one inside.
func servers(c container.Config) string {
	if len(c.DNS) > 0 {
		return "nameserver " + strings.Join(c.DNS, "\nnameserver ") + "\n"
	}
	text, err := os.ReadFile("/etc/resolv.conf")
	if err != nil {
		return ""
	}
	if c.Network == container.Host {
		return string(text)
	}
	kept, servers := withoutLoopback(string(text))
	if servers > 0 {
		return kept
	}
	// systemd-resolved's stub is on the loopback device; here are the real ones.
	if text, err := os.ReadFile("/run/systemd/resolve/resolv.conf"); err == nil {
		kept, _ = withoutLoopback(string(text))
	}
	return kept
}

func withoutLoopback(text string) (kept string, servers int) {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "nameserver" {
			if address, err := netip.ParseAddr(f[1]); err == nil && address.IsLoopback() {
				continue
			}
			servers++
		}
		b.WriteString(line)
	}
	return b.String(), servers
}
