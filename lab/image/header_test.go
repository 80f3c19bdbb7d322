package image

import (
	"archive/tar"
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestRecordAppend(t *testing.T) {
	// The length counts its own digits, so it grows by two at 8, 97 and 995.
	for _, n := range []int{0, 1, 2, 3, 4, 5, 90, 91, 92, 93, 94, 989, 990, 991, 992, 993, 9985, 9986, 9987, 9988, 70_000} {
		value := strings.Repeat("v", n)
		body := record{"k", value}.append(nil)
		size, rest, _ := bytes.Cut(body, []byte(" "))
		if got := strings.TrimLeft(string(size), "0"); got != strconv.Itoa(len(body)) || string(rest) != "k="+value+"\n" {
			t.Errorf("record of %d bytes = %.20q; want the length %d", n, body, len(body))
		}
	}
}

func TestPaxTime(t *testing.T) {
	tests := []struct {
		t    unix.Timespec
		want string
	}{
		{unix.Timespec{}, "0"},
		{unix.Timespec{Sec: 12, Nsec: 5e8}, "12.5"},
		{unix.Timespec{Sec: 12, Nsec: 1}, "12.000000001"},
		{unix.Timespec{Sec: -1}, "-1"},
		{unix.Timespec{Sec: -2, Nsec: 5e8}, "-1.5"},
		{unix.Timespec{Sec: -1, Nsec: 999_999_999}, "-0.000000001"},
		{unix.Timespec{Sec: 1 << 40, Nsec: 120}, "1099511627776.00000012"},
	}
	for _, tt := range tests {
		if got := paxTime(tt.t); got != tt.want {
			t.Errorf("paxTime(%v) = %q; want %q", tt.t, got, tt.want)
		}
	}
}

// TestHeaderAppend reads back with archive/tar what append wrote, at the
// limits of each field.
func TestHeaderAppend(t *testing.T) {
	base := header{kind: kindFile, name: "f", mode: 0o644}
	change := func(f func(*header)) header { h := base; f(&h); return h }
	tests := []struct {
		name   string
		h      header
		blocks int // without the content
	}{
		{"small", base, 1},
		{"all bits", change(func(h *header) { h.mode = 0o7777 }), 1},
		{"name of 100", change(func(h *header) { h.name = strings.Repeat("n", 100) }), 1},
		{"name of 101", change(func(h *header) { h.name = strings.Repeat("n", 101) }), 3},
		{"name of 100, not ASCII", change(func(h *header) { h.name = strings.Repeat("ü", 50) }), 3},
		{"name of 3000 bytes", change(func(h *header) { h.name = strings.Repeat("\xff/", 1500) + "x" }), 8},
		{"link of 100", change(func(h *header) { h.kind, h.link = kindSymlink, strings.Repeat("n", 100) }), 1},
		{"link of 101", change(func(h *header) { h.kind, h.link = kindSymlink, strings.Repeat("n", 101) }), 3},
		{"largest owner", change(func(h *header) { h.uid, h.gid = maxOctal8, maxOctal8 }), 1},
		{"larger owner", change(func(h *header) { h.uid, h.gid = maxOctal8+1, 1<<32-1 }), 3},
		{"largest size", change(func(h *header) { h.size = maxOctal12 }), 1},
		{"larger size", change(func(h *header) { h.size = maxOctal12 + 1 }), 3},
		{"size of 8 EB", change(func(h *header) { h.size = 1<<63 - 1024 }), 3},
		{"whole second", change(func(h *header) { h.mtime.Sec = 1_700_000_000 }), 1},
		{"fraction", change(func(h *header) { h.mtime = unix.Timespec{Sec: 5, Nsec: 7} }), 3},
		{"before 1970", change(func(h *header) { h.mtime.Sec = -1 }), 3},
		{"device", change(func(h *header) { h.kind, h.rdev = kindBlock, unix.Mkdev(4095, 1<<20-1) }), 1},
		{"record", change(func(h *header) { h.records = []record{{"SCHILY.xattr.user.x", "a\x00\nb"}} }), 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := tt.h.append(nil)
			if len(b) != tt.blocks*blockSize {
				t.Errorf("append() = %d bytes; want %d", len(b), tt.blocks*blockSize)
			}
			got, err := tar.NewReader(bytes.NewReader(b)).Next()
			if err != nil {
				t.Fatalf("archive/tar: %v", err)
			}
			back := header{
				kind: got.Typeflag, name: got.Name, link: got.Linkname, mode: uint32(got.Mode), uid: uint32(got.Uid), gid: uint32(got.Gid),
				size: got.Size, mtime: unix.NsecToTimespec(got.ModTime.Sub(time.Unix(0, 0)).Nanoseconds()), rdev: unix.Mkdev(uint32(got.Devmajor), uint32(got.Devminor)),
			}
			for key, value := range got.PAXRecords {
				if strings.HasPrefix(key, xattrPrefix) {
					back.records = append(back.records, record{key, value})
				}
			}
			if a, b := back.appendBlock(nil), tt.h.appendBlock(nil); !bytes.Equal(a, b) || back.name != tt.h.name || back.link != tt.h.link ||
				back.uid != tt.h.uid || back.size != tt.h.size || back.mtime != tt.h.mtime || len(back.records) != len(tt.h.records) {
				t.Errorf("archive/tar reads\n%+v; want\n%+v", back, tt.h)
			}
		})
	}
}

// TestIslandMap fills the map beyond its bounds: it must stay sorted, cover
// everything that was added, and give up only small holes.
func TestIslandMap(t *testing.T) {
	var m islandMap
	var added []island
	pos := int64(0)
	for i := range int64(5 * maxIslands) {
		hole := int64(page)
		if i%1000 == 999 {
			hole = 1 << 30
		}
		pos += hole
		d := island{pos, 1 + i%3*page}
		pos += d.size
		added = append(added, d)
		if m.add(d); len(m.list) > maxIslands {
			t.Fatalf("the map has %d islands; want no more than %d", len(m.list), maxIslands)
		}
	}
	i, total := 0, int64(0)
	for n, d := range m.list {
		if n > 0 && d.offset <= m.list[n-1].offset+m.list[n-1].size {
			t.Fatalf("island %d at %d begins in the one before", n, d.offset)
		}
		total += d.size
		for i < len(added) && added[i].offset >= d.offset && added[i].offset+added[i].size <= d.offset+d.size {
			i++
		}
	}
	if i != len(added) {
		t.Errorf("island %d of %d is in none of the map: %+v", i, len(added), added[i])
	}
	if total > 1<<30 {
		t.Errorf("the map holds %d bytes; want the holes of a gigabyte kept", total)
	}
}

func TestACL(t *testing.T) {
	tests := []struct{ text, want, err string }{
		{"user::rwx,group::r-x,other::---", "user::rwx,group::r-x,other::---", ""},
		{"user::rw-\nuser:7:r--\ngroup::r--\nmask::r--\nother::r--\n", "user::rw-,user:7:r--,group::r--,mask::r--,other::r--", ""},
		{"user:name:r--:9,user::rwx,group:g:--x:8", "user::rwx,user:9:r--,group:8:--x", ""},
		{"user:7:rwx\t#effective:r--", "user:7:rwx", ""},
		{"other:r--", "other::r--", ""},
		{"user:somebody:rwx", "", "no number"},
		{"owner::rwx", "", "unknown tag"},
		{"mask:5:rwx", "", "unknown tag"},
		{"user::rwz", "", "unknown right"},
		{"user", "", "too few"},
		{"user:99999999999:r--", "", "no number"},
	}
	for _, tt := range tests {
		list, err := parseACLText(tt.text)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("parseACLText(%q) = %v; want an error with %q", tt.text, err, tt.err)
			}
			continue
		}
		back, errBack := parseACL(list.encode())
		if err != nil || errBack != nil || back.text() != tt.want {
			t.Errorf("parseACLText(%q) = %q, %v, %v; want %q", tt.text, back.text(), err, errBack, tt.want)
		}
	}
	for _, bad := range []string{"", "\x02\x00\x00", "\x03\x00\x00\x00", "\x02\x00\x00\x00\x01"} {
		if list, err := parseACL(bad); err == nil {
			t.Errorf("parseACL(%q) = %v; want an error", bad, list)
		}
	}
}

func TestIDMap(t *testing.T) {
	m, err := ParseIDMap("         0       1000          1\n         1     100000      65536\n")
	if err != nil {
		t.Fatal(err)
	}
	for outside, want := range map[uint32]int64{1000: 0, 999: -1, 1001: -1, 100000: 1, 165535: 65536, 165536: -1, 1<<32 - 1: -1} {
		got, ok := m.ToInside(outside)
		if ok != (want >= 0) || ok && int64(got) != want {
			t.Errorf("ToInside(%d) = %d, %v; want %d", outside, got, ok, want)
		}
	}
	if m, err := ParseIDMap("0 1000\n"); err == nil {
		t.Errorf("ParseIDMap(two numbers) = %v; want an error", m)
	}
}

func TestMapCapability(t *testing.T) {
	uid := IDMap{{Inside: 0, Outside: 1000, Size: 10}}.ToInside
	v2, v3 := capability(0x02000001, 5), capability(0x03000001, 5, 1000)
	tests := []struct {
		name  string
		value []byte
		uid   func(uint32) (uint32, bool)
		want  []byte
	}{
		{"without a map", v3, nil, v3},
		{"of the first namespace", v2, uid, v2},
		{"of root inside", v3, uid, v2},
		{"of another inside", capability(0x03000001, 5, 1003), uid, capability(0x03000001, 5, 3)},
		{"of nobody inside", capability(0x03000001, 5, 3), uid, capability(0x03000001, 5, 3)},
		{"of no known form", []byte("\x01"), uid, []byte("\x01")},
	}
	for _, tt := range tests {
		if got := mapCapability(string(tt.value), tt.uid); got != string(tt.want) {
			t.Errorf("mapCapability(%s) = %x; want %x", tt.name, got, tt.want)
		}
	}
}
