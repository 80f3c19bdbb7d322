package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"byhand/internal/torture"
	"byhand/lab/rootfs"
	"byhand/lessons"
)

// envKill names the variable that has every point struck: all.
const envKill = "BYHAND_KILL"

// sampled is how long the blows of an ordinary test run may take.
const sampled = 15 * time.Second

// TestKilledAnywhere kills the process of byhand's that makes the n-th system call
// of a kind, or every process of byhand's, just before that call, for every n, in every lesson and in the
// verbs of the engine. Then ps must tell the truth within two seconds, the next
// container run, and clean leave the machine as it was: mounts, control groups,
// processes, namespaces, network, firewall, settings, and its own directory.
//
// Without BYHAND_KILL=all, a sample is drawn.
func TestKilledAnywhere(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: each world has a network and cgroups")
	}
	all := os.Getenv(envKill) == "all"
	if !all {
		t.Parallel()
	}
	top, files := tortured(t)
	var names []string
	for _, s := range engineScenarios(files, localRegistry) {
		names = append(names, s.name)
	}
	for _, l := range lessons.Syllabus() {
		if lack(t, l) == "" {
			names = append(names, lessonScenario(l.Name).name)
		}
	}
	names = append(names, cleanLesson().name)
	type aim struct {
		scenario string
		kind     torture.Kind
		victim   string
	}
	var aims []aim
	for _, name := range names {
		for _, kind := range torture.Kinds() {
			aims = append(aims, aim{name, kind, "caller"}, aim{name, kind, "everyone"})
		}
	}
	seed := uint64(time.Now().UnixNano())
	if !all {
		t.Logf("a sample, drawn with seed %d", seed)
		draw := rand.New(rand.NewPCG(seed, 0))
		draw.Shuffle(len(aims), func(i, j int) { aims[i], aims[j] = aims[j], aims[i] })
	}
	var points, leaks atomic.Int64
	begun := time.Now()
	workers := make(chan struct{}, max(1, runtime.NumCPU()))
	if !all {
		workers = make(chan struct{}, 1)
	}
	t.Run("at", func(t *testing.T) {
		for i, a := range aims {
			if !all && time.Since(begun) > sampled {
				break
			}
			t.Run(strings.Join([]string{a.scenario, string(a.kind), a.victim}, "/"), func(t *testing.T) {
				if all {
					t.Parallel()
				}
				workers <- struct{}{}
				defer func() { <-workers }()
				o := orders{Scenario: a.scenario, Kind: a.kind, First: 1, Files: files, Registry: localRegistry, Everyone: a.victim == "everyone"}
				if !all {
					o.Drawn, o.Seed = 4, seed
				}
				struck, bad := strikeAll(t, o, filepath.Join(top, fmt.Sprint(i)))
				points.Add(int64(struck))
				leaks.Add(int64(bad))
			})
		}
	})
	t.Logf("%d points struck, %d of them left something or broke something", points.Load(), leaks.Load())
}

// localRegistry is the address of the registry of a world, which has its own network.
const localRegistry = "127.0.0.1:5000"

// tortured makes a directory for worlds, and in it the files of their scenarios.
func tortured(t *testing.T) (top, files string) {
	t.Helper()
	// A socket's path may not be long, and t.TempDir's is.
	top, err := os.MkdirTemp("", "kill")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(top) })
	files = filepath.Join(top, "files")
	root := filepath.Join(files, "root")
	if err := rootfs.Build(t.Context(), rootfs.Source{Kind: rootfs.Host}, root, nil); err != nil {
		t.Fatal(err)
	}
	if err := prepareFiles(files); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("tar", "cf", filepath.Join(files, "root.tar"), "-C", root, ".").CombinedOutput(); err != nil {
		t.Fatalf("tar = %v: %s", err, out)
	}
	return top, files
}

// TestKilledAnywhereSees has a world leave things behind itself, each of which
// must be seen.
func TestKilledAnywhereSees(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: each world has a network and cgroups")
	}
	t.Parallel()
	top, files := tortured(t)
	o := orders{Scenario: "lab-create", Kind: torture.Dirs, Files: files, Home: filepath.Join(top, "home"), Registry: localRegistry, Spoil: true}
	if err := os.MkdirAll(o.Home, 0o700); err != nil {
		t.Fatal(err)
	}
	told := 0
	if err := o.enter(t.Context(), func(one outcome) {
		told++
		for _, unseen := range one.Problems {
			t.Errorf("left, and not seen: %s", unseen)
		}
	}); err != nil || told != 2 {
		t.Errorf("enter = %v, with %d outcomes; want 2", err, told)
	}
}

// strikeAll does the orders in as many worlds as it takes, and returns how many
// points were struck, and after how many something was wrong.
func strikeAll(t *testing.T, o orders, top string) (points, bad int) {
	t.Helper()
	total := -1
	for world := 0; world < 40; world++ {
		o.Home = filepath.Join(top, fmt.Sprint(world), "home")
		if err := os.MkdirAll(o.Home, 0o700); err != nil {
			t.Fatal(err)
		}
		last := 0
		err := o.enter(t.Context(), func(one outcome) {
			if one.N == 0 {
				total = one.Calls
				return
			}
			last = one.N
			if one.Last != "" {
				points++
			}
			if one.Problems != nil {
				bad++
				t.Errorf("killed at call %d of %d (%s):\n  %s", one.N, total, one.Last, strings.Join(one.Problems, "\n  "))
			}
		})
		if err != nil {
			t.Errorf("the world after call %d: %v", last, err)
			bad++
			return points, bad
		}
		_ = os.RemoveAll(filepath.Dir(o.Home))
		if o.Drawn > 0 {
			return points, bad
		}
		if o.First = last + 1; o.First > total {
			t.Logf("%s %s, everyone %t: %d calls, %d struck", o.Scenario, o.Kind, o.Everyone, total, points)
			return points, bad
		}
	}
	t.Error("too many points leave something; the rest was not struck")
	return points, bad
}
