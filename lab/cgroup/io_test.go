package cgroup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestLimitIOSlowsWriting(t *testing.T) {
	g := made(t, BlkIO)
	t.Log(g.versions())
	path := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(path, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	disk, err := DiskOf(path)
	if err != nil {
		t.Skip(err)
	}
	if f, err := os.OpenFile(path, os.O_WRONLY|unix.O_DIRECT, 0); err != nil {
		t.Skipf("the file system can't write past the page cache: %v", err)
	} else {
		f.Close()
	}
	limit := IOLimit{ReadBytes: Unlimited, WriteBytes: 1 << 20, Reads: 700, Writes: Unlimited}
	perform(t, g.LimitIO(disk, limit))
	if got, err := g.IOLimit(disk); err != nil || got != limit {
		t.Errorf("IOLimit(%v) = %+v, %v; want %+v", disk, got, err, limit)
	}
	inside, outside := start(t, "write "+path), start(t, "write "+path)
	perform(t, g.Join(inside.Process.Pid))
	took := func(j *job) (ms int) {
		j.goOn(t)
		line := j.line()
		if n, err := fmt.Sscanf(line, "<nil> %d", &ms); n != 1 {
			t.Fatalf("the writer said %q: %v", line, err)
		}
		return ms
	}
	slow, fast := took(inside), took(outside)
	t.Logf("2 MiB at 1 MiB/s: %d ms inside, %d ms outside", slow, fast)
	if slow < 1500 || fast > slow/2 {
		t.Errorf("writing 2 MiB took %d ms inside, %d outside; want 1500 or more, and less than half of that", slow, fast)
	}
	perform(t, g.LimitIO(disk, IOLimit{}))
	if got, err := g.IOLimit(disk); err != nil || got != (IOLimit{Unlimited, Unlimited, Unlimited, Unlimited}) {
		t.Errorf("IOLimit(%v) = %+v, %v; want none", disk, got, err)
	}
}

func TestWeighIO(t *testing.T) {
	g := made(t, BlkIO)
	err := g.WeighIO(200).Perform(nil)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EOPNOTSUPP) {
		t.Skipf("no I/O scheduler with weights: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, err := g.IOWeight(); err != nil || got != 200 {
		t.Errorf("IOWeight() = %d, %v; want 200", got, err)
	}
}

func TestIOWeightOf(t *testing.T) {
	for _, c := range [][2]int64{{10, 1}, {1000, 10000}, {500, 4950}} {
		if got := ioWeightOf(c[0]); got != c[1] {
			t.Errorf("ioWeightOf(%d) = %d; want %d", c[0], got, c[1])
		}
		if got := blkioWeightOf(c[1]); got != c[0] {
			t.Errorf("blkioWeightOf(%d) = %d; want %d", c[1], got, c[0])
		}
	}
}
