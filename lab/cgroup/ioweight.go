package cgroup

import (
	"fmt"
	"strconv"
)

// WeighIO are the changes that give the group a weight against its siblings at
// the disks, in v1's unit, 10 to 1000, of which 500 was the default:
// blkio.weight on v1, io.weight on v2. Both need a scheduler that shares out,
// such as BFQ; its own files are used where only they are there. Where the
// kernel has none of them, performing the change is ENOENT.
func (g *Group) WeighIO(weight int64) Ops {
	return g.set(BlkIO, func(d Dir) Ops {
		file := d.ioWeightFile()
		if file == "io.weight" {
			return Ops{d.write(file, "default "+strconv.FormatInt(ioWeightOf(weight), 10))}
		}
		return Ops{d.write(file, strconv.FormatInt(weight, 10))}
	})
}

// ioWeightFile is the one that the group has, or would have by the manual.
func (d Dir) ioWeightFile() string {
	files := [...]string{"blkio.weight", "blkio.bfq.weight"}
	if d.Version == 2 {
		files = [...]string{"io.weight", "io.bfq.weight"}
	}
	if !d.has(files[0]) && d.has(files[1]) {
		return files[1]
	}
	return files[0]
}

// IOWeight reads the weight back, in v1's unit.
func (g *Group) IOWeight() (int64, error) {
	d, err := g.Dir(BlkIO)
	if err != nil {
		return 0, err
	}
	file := d.ioWeightFile()
	f := words(d.Path, file)
	if len(f) == 0 {
		return 0, fmt.Errorf("%s/%s is missing: no scheduler with weights, such as BFQ", d.Path, file)
	}
	// Either "default 100" or the number alone; lines of single disks may follow.
	if f[0] == "default" && len(f) > 1 {
		f = f[1:]
	}
	n, err := strconv.ParseInt(f[0], 10, 64)
	if file == "io.weight" {
		n = blkioWeightOf(n)
	}
	return n, err
}

// ioWeightOf maps v1's 10..1000 onto v2's 1..10000, end to end, as runc does.
func ioWeightOf(weight int64) int64 { return 1 + (weight-10)*9999/990 }

// blkioWeightOf is the inverse of ioWeightOf, to the nearest.
func blkioWeightOf(weight int64) int64 { return 10 + ((weight-1)*990+9999/2)/9999 }
