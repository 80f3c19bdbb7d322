package snapshot

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/rerun"
	"byhand/lab/network"
)

// What the tests change are mounts and a network of their own, and they see no
// processes but theirs.
func TestMain(m *testing.M) {
	if !rerun.IsApart() {
		os.Exit(rerun.Apart(unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWPID))
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		fmt.Fprintln(os.Stderr, "mount proc:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// run runs a command that must succeed.
func run(words ...string) error {
	out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%q: %w: %s", words, err, out)
	}
	return nil
}

// stand starts a command in a new session that lives until the test ends.
func stand(t *testing.T, env string, words ...string) error {
	t.Helper()
	c := exec.Command(words[0], words[1:]...)
	c.Env = append(os.Environ(), env)
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = c.Wait()
	})
	said, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	_, err = said.Read(make([]byte, 1)) // it says that it stands
	return err
}

// TestChangesAreSeen makes one change of each sort, each of them seen where it
// belongs and nowhere else.
func TestChangesAreSeen(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "own")
	for _, err := range []error{
		os.MkdirAll(own, 0o700), os.WriteFile(dir+"/file", []byte("text"), 0o600), os.WriteFile(own+"/file", nil, 0o600), network.Loopback(nil),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	// Other packages' tests make cgroups at the same time.
	options := Options{
		Own: []string{own}, Trees: []string{dir},
		Only: slices.DeleteFunc(append(Sections(), "tree "+dir), func(name string) bool { return name == "control groups" }),
	}
	for _, test := range []struct {
		name, need string
		change     func(t *testing.T) error
		// want are the sections and what begins the lines of what is wanted there.
		want []string
		// others are changes without byhand's mark.
		others []string
	}{
		{name: "nothing", change: func(*testing.T) error { return nil }},
		{name: "a file of our own", change: func(*testing.T) error { return os.WriteFile(own+"/new", nil, 0o600) }},
		{name: "a file", change: func(*testing.T) error { return os.WriteFile(dir+"/file", []byte("Text"), 0o600) },
			want: []string{"tree " + dir + ": " + dir + "/file: before "}},
		{name: "a new file", change: func(*testing.T) error { return os.WriteFile(dir+"/new", nil, 0o600) },
			want: []string{"tree " + dir + ": " + dir + "/new mode 100600", "tree " + dir + ": " + dir + ": before "}},
		{name: "a mount", change: func(*testing.T) error {
			t.Cleanup(func() { _ = unix.Unmount(own, 0) })
			return unix.Mount("x", own, "tmpfs", 0, "")
		},
			want: []string{"mounts: " + own + " (mount "}},
		{name: "a mount made read-only", change: func(*testing.T) error { return unix.Mount("", own, "", unix.MS_REMOUNT|unix.MS_RDONLY, "") },
			want: []string{"mounts: " + own + " (mount "}},
		{name: "a mount made shared", change: func(*testing.T) error { return unix.Mount("", own, "", unix.MS_SHARED, "") },
			want: []string{"mounts: " + own + " (mount "}},
		{name: "a bridge", need: "ip", change: func(*testing.T) error { return run("ip", "link", "add", "probe0", "type", "bridge") },
			want: []string{`network devices: probe0 number `}},
		{name: "an address", need: "ip", change: func(*testing.T) error { return run("ip", "address", "add", "192.0.2.1/24", "dev", "probe0") },
			want: []string{"addresses: 192.0.2.1/24 of probe0", "routes: table 255, type 2: 192.0.2.1/32 by probe0, metric 0"}},
		{name: "a route", need: "ip", change: func(*testing.T) error { return run("ip", "route", "add", "blackhole", "198.51.100.0/24") },
			want: []string{"routes: table 254, type 6: 198.51.100.0/24 by , metric 0"}},
		{name: "a table and a chain", need: "nft", change: func(*testing.T) error {
			return run("nft", "add table ip probe; add chain ip probe in { type filter hook input priority 0; }")
		}, want: []string{"firewall: table 2 probe 0", "firewall: table 2 probe, chain in "}},
		{name: "a rule", need: "nft", change: func(*testing.T) error { return run("nft", "add rule ip probe in counter accept") },
			want: []string{"firewall: table 2 probe, chain in, rule "}},
		{name: "what a rule counts", need: "nft", change: func(t *testing.T) error {
			sent, err := net.Dial("udp4", "127.0.0.1:9")
			if err != nil {
				return err
			}
			t.Cleanup(func() { _ = sent.Close() })
			_, err = sent.Write([]byte("datagram"))
			return err
		}},
		{name: "a setting", change: func(*testing.T) error { return os.WriteFile("/proc/sys/net/ipv4/ip_default_ttl", []byte("65"), 0) },
			want: []string{`settings: net.ipv4.ip_default_ttl: before "64", now "65"`}},
		{name: "another's process", change: func(t *testing.T) error { return stand(t, "A=B", "sh", "-c", "echo; read x") },
			others: []string{"processes: process "}},
		{name: "our process", change: func(t *testing.T) error {
			return stand(t, "BYHAND_BENCH=/x", "sh", "-c", "echo; read x")
		}, want: []string{"processes: process "}},
		{name: "what our process started", change: func(t *testing.T) error {
			return stand(t, "BYHAND_BENCH=/x", "sh", "-c", "env -i sh -c 'echo; read x'; true")
		}, want: []string{"processes: process ", "processes: process "}},
		{name: "a namespace held by a process", need: "unshare", change: func(t *testing.T) error {
			return stand(t, "BYHAND_BENCH=/x", "unshare", "--uts", "sh", "-c", "echo; read x")
		}, want: []string{"processes: process ", "namespaces: uts:["}},
		{name: "another's namespace", need: "unshare", change: func(t *testing.T) error {
			return stand(t, "A=B", "unshare", "--uts", "sh", "-c", "echo; read x")
		}, others: []string{"processes: process ", "namespaces: uts:["}},
		{name: "a namespace held by a mount", need: "unshare", change: func(t *testing.T) error {
			t.Cleanup(func() { _ = unix.Unmount(dir+"/ns", 0) })
			if err := os.WriteFile(dir+"/ns", nil, 0o600); err != nil {
				return err
			}
			return run("unshare", "--uts="+dir+"/ns", "true")
		}, want: []string{"mounts: " + dir + "/ns (mount ", "namespaces: uts:[", "tree " + dir}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := exec.LookPath(test.need); test.need != "" && err != nil {
				t.Skip(err)
			}
			before := through(t, take(t, options))
			if err := test.change(t); err != nil {
				t.Fatal(err)
			}
			changes, err := Compare(before, take(t, options), nil)
			if err != nil {
				t.Fatal(err)
			}
			var got, others []string
			for _, c := range changes {
				line := c.Section + ": " + c.String()
				if c.Others {
					others = append(others, line)
				} else {
					got = append(got, line)
				}
			}
			for _, want := range test.want {
				i := slices.IndexFunc(got, func(line string) bool { return strings.HasPrefix(line, want) })
				if i < 0 {
					t.Errorf("changes = %q; want one that begins with %q", got, want)
					continue
				}
				got = slices.Delete(got, i, i+1)
			}
			for _, line := range got {
				if !strings.HasPrefix(line, "tree "+dir) || len(test.want) == 0 { // a mount shows in the tree as well
					t.Errorf("also changed: %s", line)
				}
			}
			for _, want := range test.others {
				if !slices.ContainsFunc(others, func(line string) bool { return strings.HasPrefix(line, want) }) {
					t.Errorf("changes without our mark = %q; want one that begins with %q", others, want)
				}
			}
		})
	}
}

func take(t *testing.T, o Options) Snapshot {
	t.Helper()
	s, err := Take(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, section := range s.Sections {
		if section.Unread != "" && section.Name != "firewall" {
			t.Errorf("%s: %s; want them read", section.Name, section.Unread)
		}
	}
	return s
}

// through is a snapshot written down and read.
func through(t *testing.T, s Snapshot) Snapshot {
	t.Helper()
	var file bytes.Buffer
	if err := s.Write(&file); err != nil {
		t.Fatal(err)
	}
	s, err := Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCgroupIsSeen(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: makes a cgroup")
	}
	hierarchies, err := kernel.Hierarchies(0)
	if err != nil || len(hierarchies) == 0 {
		t.Skipf("no cgroups here: %v", err)
	}
	options := Options{Only: []string{"control groups"}}
	for name, others := range map[string]bool{"byhand-snapshot-test": false, "snapshot-test": true} {
		path := filepath.Join(hierarchies[0].MountPoint, fmt.Sprintf("%s-%d", name, os.Getpid()))
		before := take(t, options)
		if err := os.Mkdir(path, 0o755); err != nil {
			t.Skip(err) // not ours to change, as in a user namespace
		}
		changes, err := Compare(before, take(t, options), nil)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err != nil || !slices.Contains(changes, Change{Section: "control groups", Key: path, What: Came, Others: others}) {
			t.Errorf("after mkdir %s: changes = %v, %v; want it, others: %t", path, changes, err, others)
		}
	}
}

func TestCompareRefuses(t *testing.T) {
	one := Snapshot{Version: form, Boot: "a", Viewer: map[string]string{"mnt": "mnt:[1]"}, Sections: []Section{{Name: "mounts"}}}
	reboot, elsewhere, less, unread := one, one, one, one
	reboot.Boot = "b"
	elsewhere.Viewer = map[string]string{"mnt": "mnt:[2]"}
	less.Sections = nil
	for name, other := range map[string]Snapshot{"another boot": reboot, "another namespace": elsewhere, "less": less} {
		if _, err := Compare(one, other, nil); err == nil {
			t.Errorf("%s: Compare = nil; want an error", name)
		}
	}
	unread.Sections = []Section{{Name: "mounts", Unread: "operation not permitted"}}
	if changes, err := Compare(one, unread, nil); err != nil || len(changes) != 1 {
		t.Errorf("Compare with what could not be read = %v, %v; want a difference", changes, err)
	}
	came := one
	came.Sections = []Section{{Name: "mounts", Items: []Item{{Key: "/mnt", Value: "tmpfs"}}}}
	if changes, err := Compare(one, came, []*regexp.Regexp{regexp.MustCompile("^/mnt tmpfs$")}); err != nil || len(changes) != 0 {
		t.Errorf("Compare but for that = %v, %v; want nothing", changes, err)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, text := range []string{"", "[]", "{", `{"version":2}`, `{"version":"1"}`} {
		if s, err := Read(io.LimitReader(strings.NewReader(text), 100)); err == nil {
			t.Errorf("Read(%q) = %v; want an error", text, s)
		}
	}
}
