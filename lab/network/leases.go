package network

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"

	"byhand/lab/sys"

	"golang.org/x/sys/unix"
)

// leases is what the kernel can't say of a bridge: whose which address is, and
// what was changed on the host for it.
type leases struct {
	// Subnet is where the addresses are from.
	Subnet netip.Prefix `json:"subnet"`
	// Owners have the addresses.
	Owners map[string]netip.Addr `json:"owners"`
	// Forwarding are the host's devices that were told to forward.
	Forwarding []string `json:"forwarding,omitempty"`
}

// gateway is the bridge's own address, the first of its subnet.
func (l *leases) gateway() netip.Addr { return l.Subnet.Addr().Next() }

// lease gives owner an address, or the one that it has.
func (l *leases) lease(owner string) (netip.Addr, error) {
	if a, found := l.Owners[owner]; found {
		return a, nil
	}
	used := map[netip.Addr]bool{}
	for _, a := range l.Owners {
		used[a] = true
	}
	// The last address of a subnet is its broadcast address.
	for a := l.gateway().Next(); l.Subnet.Contains(a.Next()); a = a.Next() {
		if !used[a] {
			l.Owners[owner] = a
			return a, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("give %s an address: all of %s are in use", owner, l.Subnet)
}

// update lets do change the leases of a bridge, under a lock, and writes them
// anew where it succeeds: whoever reads them, also after a crash, finds them as
// they were or as they are.
func (b Bridge) update(do func(*leases) error) error {
	if err := os.MkdirAll(b.Dir, 0o755); err != nil {
		return fmt.Errorf("make the directory of network %s: %w", b.Name, err)
	}
	lock, err := os.OpenFile(filepath.Join(b.Dir, b.Name+".lock"), os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("lock network %s: %w", b.Name, err)
	}
	defer lock.Close() // which unlocks it
	if err := sys.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return fmt.Errorf("flock %s: %w", lock.Name(), err)
	}
	l, err := b.read()
	if err != nil {
		return err
	}
	if err := do(l); err != nil {
		return err
	}
	return b.write(l)
}

// File is where the addresses are kept; it is there as long as the bridge is.
func (b Bridge) File() string { return filepath.Join(b.Dir, b.Name+".json") }

// read returns the leases, none where there is no file yet.
func (b Bridge) read() (*leases, error) {
	l := &leases{}
	text, err := os.ReadFile(b.File())
	if err == nil {
		err = json.Unmarshal(text, l)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the addresses of network %s in %s: %w", b.Name, b.File(), err)
	}
	if l.Owners == nil {
		l.Owners = map[string]netip.Addr{}
	}
	return l, nil
}

// write replaces the file; where there is nothing to say any more, it goes.
func (b Bridge) write(l *leases) error {
	if !l.Subnet.IsValid() {
		if err := os.Remove(b.File()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	text, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	next := b.File() + ".new" // the lock is ours: nobody else has one
	if err := os.WriteFile(next, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the addresses of network %s: %w", b.Name, err)
	}
	if err := os.Rename(next, b.File()); err != nil {
		return fmt.Errorf("write the addresses of network %s: %w", b.Name, err)
	}
	return nil
}
