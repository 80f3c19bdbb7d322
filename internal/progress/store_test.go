package progress

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/places"
)

// me is the user that runs the tests.
var me = places.User{UID: os.Geteuid(), GID: os.Getegid()}

// begin counts one more attempt at the lesson chroot.
func begin(s *State) error {
	r, _ := s.Lesson("chroot")
	r.Attempts++
	return s.Put("chroot", r)
}

// attempts reads back what begin counted, from a file that must be sound.
func attempts(t *testing.T, s Store) int {
	t.Helper()
	state, notice, err := s.Load()
	if err != nil || notice != "" {
		t.Fatalf("Load = %q, %v; want neither", notice, err)
	}
	r, _ := state.Lesson("chroot")
	return r.Attempts
}

// files lists a store's directory.
func files(t testing.TB, s Store) []string {
	t.Helper()
	entries, err := os.ReadDir(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestLoadMakesNothing(t *testing.T) {
	s := Store{Dir: filepath.Join(t.TempDir(), "state"), Owner: me}
	if got := attempts(t, s); got != 0 {
		t.Errorf("a fresh state has %d attempts", got)
	}
	if _, err := os.Lstat(s.Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Load, lstat %s: %v; want fs.ErrNotExist", s.Dir, err)
	}
}

func TestUpdate(t *testing.T) {
	s := Store{Dir: filepath.Join(t.TempDir(), "a", "state"), Owner: me}
	update(t, s, begin)
	update(t, s, begin)
	if got := attempts(t, s); got != 2 {
		t.Errorf("after two updates, attempts = %d; want 2", got)
	}
	if got, want := strings.Join(files(t, s), " "), "progress.json progress.lock"; got != want {
		t.Errorf("the directory holds %s; want %s", got, want)
	}
	for _, name := range files(t, s) {
		checkFile(t, filepath.Join(s.Dir, name), me)
	}
}

func TestUpdateForOwner(t *testing.T) {
	s := ownedStore(t)
	update(t, s, begin)
	update(t, s, begin)
	for _, name := range files(t, s) {
		checkFile(t, filepath.Join(s.Dir, name), s.Owner)
	}
}

func TestUpdateNarrowsMode(t *testing.T) {
	s := newStore(t, future)
	if err := os.Chmod(s.Dir+"/"+fileName, 0o644); err != nil {
		t.Fatal(err)
	}
	update(t, s, begin)
	checkFile(t, s.Dir+"/"+fileName, me)
}

func TestUpdateChangeFails(t *testing.T) {
	s := newStore(t, future)
	failure := errors.New("failure")
	_, err := s.Update(func(state *State) error {
		state.ResetAll()
		return failure
	})
	if err != failure {
		t.Errorf("Update = %v; want what change returned", err)
	}
	if got := content(t, s, fileName); got != future {
		t.Errorf("after a change that failed, the file holds %q; want it untouched", got)
	}
}

// TestNotAFile covers what can stand in the file's place and is not content:
// it must stay and be an error, never a fresh state.
func TestNotAFile(t *testing.T) {
	tests := []struct {
		name string
		make func(path string) error
	}{
		{"directory", func(path string) error { return os.Mkdir(path, 0o700) }},
		{"fifo", func(path string) error { return unix.Mkfifo(path, 0o600) }},
		{"link", func(path string) error { return os.Symlink("elsewhere", path) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStore(t, "")
			if err := test.make(s.Dir + "/" + fileName); err != nil {
				t.Fatal(err)
			}
			_, _, err := s.Load()
			if err == nil || !strings.Contains(err.Error(), "not a regular file") {
				t.Errorf("Load = %v; want an error", err)
			}
			if _, err := s.Update(begin); err == nil {
				t.Error("Update succeeded; want an error")
			}
			if info, err := os.Lstat(s.Dir + "/" + fileName); err != nil || info.Mode().IsRegular() {
				t.Errorf("afterwards, lstat = %v, %v; want what was there", info, err)
			}
		})
	}
}

func TestUnreadableIsAnError(t *testing.T) {
	s := ownedStore(t)
	update(t, s, begin)
	if err := os.Chmod(s.Dir+"/"+fileName, 0); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Load(); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Load of an unreadable file = %v; want fs.ErrPermission", err)
	}
	if _, err := s.Update(begin); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Update of an unreadable file = %v; want fs.ErrPermission", err)
	}
}

func TestReadOnly(t *testing.T) {
	s := ownedStore(t)
	update(t, s, begin)
	readOnly(t, s)
	if got := attempts(t, s); got != 1 {
		t.Errorf("in a read-only directory, attempts = %d; want 1", got)
	}
	_, err := s.Update(begin)
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), s.Dir) || !strings.Contains(err.Error(), "BYHAND_HOME=DIR") {
		t.Errorf("Update in a read-only directory = %v; want fs.ErrPermission with the directory and BYHAND_HOME", err)
	}
}

// ownedStore is a store of a user whom file modes bind: under root another
// user, otherwise oneself.
func ownedStore(t *testing.T) Store {
	t.Helper()
	s := newStore(t, "")
	if me.UID != 0 {
		return s
	}
	s.Owner = places.User{UID: 4242, GID: 4343}
	// testing makes the directory above with mode 0700.
	if err := os.Chmod(filepath.Dir(s.Dir), 0o711); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(s.Dir, 4242, 4343); err != nil {
		t.Skipf("root of this user namespace has no other users: %v", err)
	}
	if err := s.Owner.Do(func() error { _, err := os.Stat(s.Dir); return err }); err != nil {
		t.Skipf("uid 4242 can't reach the test's directory: %v", err)
	}
	return s
}

// readOnly takes the write permission from a store's directory.
func readOnly(t *testing.T, s Store) {
	t.Helper()
	if err := os.Chmod(s.Dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(s.Dir, 0o700) })
}

// checkFile wants a regular file of mode 0600 that belongs to owner.
func checkFile(t *testing.T, path string, owner places.User) {
	t.Helper()
	var stat unix.Stat_t
	if err := unix.Lstat(path, &stat); err != nil {
		t.Fatalf("lstat %s: %v", path, err)
	}
	got := places.User{UID: int(stat.Uid), GID: int(stat.Gid)}
	if stat.Mode != unix.S_IFREG|0o600 || got != owner {
		t.Errorf("%s has mode %#o and owner %+v; want %#o and %+v", path, stat.Mode, got, unix.S_IFREG|0o600, owner)
	}
}
