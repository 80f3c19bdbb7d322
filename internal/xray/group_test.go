package xray

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"byhand/lab/cgroup"
)

func itoa(n int) string { return strconv.Itoa(n) }

// TestGroups limits a group and puts a process first into it, then into one
// below it that has no limits of its own.
func TestGroups(t *testing.T) {
	root(t)
	g, err := cgroup.New(fmt.Sprintf("byhand-%010x", os.Getpid()), cgroup.CPU, cgroup.Memory)
	if lack := (*cgroup.LackError)(nil); errors.As(err, &lack) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Make(nil); err != nil {
		t.Fatal(err)
	}
	pid := stand(t, nil, "stand", nil)
	below := &cgroup.Group{Name: "below"}
	for _, d := range g.Dirs {
		d.Path += "/below"
		below.Dirs = append(below.Dirs, d)
	}
	t.Cleanup(func() {
		for _, d := range below.Dirs {
			_ = os.Remove(d.Path)
		}
		if err := errors.Join(g.Remove(context.Background(), nil), cgroup.Tidy(nil)); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { _ = g.Kill(context.Background(), nil); _ = below.Kill(context.Background(), nil) })
	ops := append(g.LimitCPU(cgroup.Percent(10)), g.LimitMemory(cgroup.MemoryLimit{Bytes: 80 << 20, Swap: cgroup.Unlimited})...)
	if err := append(ops, g.Join(pid)...).Perform(nil); err != nil {
		t.Fatal(err)
	}
	want := func(from string) {
		t.Helper()
		a := looked(t, pid)
		for controller, means := range map[string]string{"cpu": "10 % of one CPU", "memory": "80 MiB"} {
			i := slices.IndexFunc(a.Groups, func(g Group) bool { return g.Controller == controller })
			if i < 0 || len(a.Groups[i].Values) == 0 || !strings.Contains(a.Groups[i].Path, g.Name) {
				t.Fatalf("groups = %+v; want %s in %s", a.Groups, controller, g.Name)
			}
			got := a.Groups[i].Values[0]
			if got.Means != means || !strings.HasSuffix(got.From, from) || (got.From == "") != (from == "") {
				t.Errorf("%s = %+v; want %s, from %q", controller, got, means, from)
			}
		}
		if a.Container == nil || a.Container.Engine != "byhand" {
			t.Errorf("container = %v; want byhand's", a.Container)
		}
	}
	want("")
	for _, d := range below.Dirs {
		if err := os.Mkdir(d.Path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := below.Join(pid).Perform(nil); err != nil {
		t.Fatal(err)
	}
	want("/" + g.Name)
}

// TestLimits table-tests what counts as a limit, and what it means in words.
func TestLimits(t *testing.T) {
	for _, test := range []struct {
		say        func(string) string
		text, want string
		limit      bool
	}{
		{bandwidth, "max 100000", "no limit", false},
		{bandwidth, "-1 100000", "no limit", false},
		{bandwidth, "10000 100000", "10 % of one CPU", true},
		{bytes, "9223372036854771712", "no limit", false},
		{bytes, "max", "no limit", false},
		{bytes, "83886080", "80 MiB", true},
		{bytes, "512", "512 B", true},
		{microseconds, "1500000", "1.5s of CPU time", true},
		{nanoseconds, "1500000000", "1.5s of CPU time", true},
	} {
		if got := test.say(test.text); got != test.want {
			t.Errorf("%q means %q; want %q", test.text, got, test.want)
		}
		if got := limits(test.text); got != test.limit {
			t.Errorf("limits(%q) = %v; want %v", test.text, got, test.limit)
		}
	}
}
