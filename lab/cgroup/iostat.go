package cgroup

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// IOStat is what the group has read from and written to disks, in bytes.
type IOStat struct{ Read, Written int64 }

// IOStat reads the counters: blkio.throttle.io_service_bytes on v1, io.stat on
// v2, all disks together. It needs controller BlkIO.
func (g *Group) IOStat() (s IOStat, err error) {
	d, err := g.Dir(BlkIO)
	if err != nil {
		return s, err
	}
	file := "io.stat"
	if d.Version == 1 {
		file = "blkio.throttle.io_service_bytes"
	}
	text, err := os.ReadFile(filepath.Join(d.Path, file))
	if err != nil {
		return s, err
	}
	for line := range strings.Lines(string(text)) {
		s.add(d.Version, strings.Fields(line))
	}
	return s, nil
}

// add takes in a line: "8:0 Read 4096" on v1, "8:0 rbytes=4096 wbytes=0 ..." on v2.
func (s *IOStat) add(version int, f []string) {
	if version == 1 {
		if len(f) == 3 {
			s.count(f[1], "Read", "Write", f[2])
		}
		return
	}
	for _, pair := range f {
		if key, value, found := strings.Cut(pair, "="); found {
			s.count(key, "rbytes", "wbytes", value)
		}
	}
}

func (s *IOStat) count(key, read, written, value string) {
	n, err := strconv.ParseInt(value, 10, 64)
	switch {
	case err != nil: // another kernel's line, which says nothing here
	case key == read:
		s.Read += n
	case key == written:
		s.Written += n
	}
}
