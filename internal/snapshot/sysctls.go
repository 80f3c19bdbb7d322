package snapshot

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// counters are what the kernel itself counts and draws below /proc/sys.
var counters = []string{
	"fs/aio-nr", "fs/dentry-state", "fs/file-nr", "fs/inode-nr", "fs/inode-state", "fs/quota",
	"kernel/ns_last_pid", "kernel/pty/nr", "kernel/random",
	"net/netfilter/nf_conntrack_count", "vm/stat_refresh",
}

// sysctls lists the settings below /proc/sys. They come and go with the modules
// and the devices that have them, so that only a changed one counts.
func sysctls(Options) ([]Item, error) {
	const top = "/proc/sys"
	var items []Item
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // of a device that went meanwhile
		}
		name := strings.TrimPrefix(path, top+"/")
		if name == "fs/binfmt_misc" || slices.Contains(counters, name) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		// Some can only be written to.
		if text, err := os.ReadFile(path); err == nil {
			items = append(items, Item{Key: strings.ReplaceAll(name, "/", "."), Value: strings.TrimSpace(string(text)), Passing: true})
		}
		return nil
	})
	return items, err
}
