package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// alone prints what has no peer: a second table.
func (b *bench) alone(o options) error {
	if o.Only != "" {
		return nil
	}
	fmt.Println("\n| byhand alone | figure | must | aim |\n|---|---|---|---|")
	info, err := os.Stat(b.Byhand)
	if err != nil {
		return err
	}
	fmt.Printf("| the program, stripped | %.1f MB | 14 MB | 11 MB |\n", float64(info.Size())/1e6)
	none, many, err := b.among(o.Runs, o.Running)
	if err != nil {
		return err
	}
	fmt.Printf("| a start with %d running, beside one with none | %s, %s: %.2f | 1.3 | 1.15 |\n",
		o.Running, ms(many), ms(none), float64(many)/float64(none))
	if err := b.memory(); err != nil {
		return err
	}
	return b.lessons()
}

// memory prints the most that export and unpacking hold.
func (b *bench) memory() error {
	tree, err := b.tree()
	if err != nil {
		return err
	}
	id, err := b.byhand("lab", "create", "--network", "none", "--rootfs", tree, "/none")
	if err != nil {
		return err
	}
	file, err := b.tar()
	if err != nil {
		return err
	}
	for _, c := range []struct {
		what string
		command
	}{
		{"most memory of `lab export`", b.lab("export", "-o", filepath.Join(b.Dir, "ours.tar"), id)},
		{"most memory of unpacking a tar", b.unpacking(file)},
	} {
		s, err := once(c.command)
		if err != nil {
			return err
		}
		fmt.Printf("| %s | %.1f MB | 16 MB | 8 MB |\n", c.what, float64(s.Peak)/1e6)
	}
	return nil
}

// lessons prints how long the core course takes.
func (b *bench) lessons() error {
	for _, name := range []string{"chroot", "unshare", "proc-mounts", "cgroup-cpu", "cgroup-memory", "image-export", "bind-mounts"} {
		took, err := once(cmd(b.Byhand, name, "--yes"))
		if err != nil {
			return err
		}
		fmt.Printf("| `byhand %s --yes` | %s | | |\n", name, ms(took.Wall))
	}
	return nil
}

// ms writes a time in milliseconds.
func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
