package places

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// me is the user that runs the tests.
var me = User{UID: os.Geteuid(), GID: os.Getegid()}

func TestMake(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "a", "b")
	root, err := Make(dir, me)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := root.WriteFile("file", nil, 0o600); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"a", "a/b"} {
		checkOwned(t, filepath.Join(top, name), fs.ModeDir|0o700, me)
	}
	again, err := Make(dir, me)
	if err != nil {
		t.Fatalf("Make(%s) of what is there: %v", dir, err)
	}
	defer again.Close()
	if _, err := again.Stat("file"); err != nil {
		t.Errorf("Make(%s) opened another directory: %v", dir, err)
	}
}

func TestOpenMakesNothing(t *testing.T) {
	top := t.TempDir()
	if _, err := Open(filepath.Join(top, "a", "b"), me); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of a missing directory = %v; want fs.ErrNotExist", err)
	}
	if entries, _ := os.ReadDir(top); len(entries) != 0 {
		t.Errorf("Open made %v; want nothing", entries)
	}
}

func TestMakeLinks(t *testing.T) {
	tests := []struct {
		name   string
		target string // of the link TOP/link
		dir    string // to be made, in TOP
		want   string // where it is made, in TOP; empty for a refusal
		err    error
	}{
		{"relative", "real", "link/new", "real/new", nil},
		{"absolute", "TOP/real", "link/new", "real/new", nil},
		{"upwards", "real/../other", "link/new", "other/new", nil},
		{"below a link", "real", "link/x/new", "real/x/new", nil},
		{"in a circle", "link", "link/new", "", unix.ELOOP},
		{"to a file", "file", "link/new", "", unix.ENOTDIR},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			top := t.TempDir()
			must(t, os.Mkdir(filepath.Join(top, "real"), 0o700))
			must(t, os.WriteFile(filepath.Join(top, "file"), nil, 0o600))
			must(t, os.Symlink(strings.ReplaceAll(test.target, "TOP", top), filepath.Join(top, "link")))
			root, err := Make(filepath.Join(top, test.dir), me)
			if test.want == "" {
				if !errors.Is(err, test.err) {
					t.Errorf("Make(%s) with link -> %s = %v; want %v", test.dir, test.target, err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			checkOwned(t, filepath.Join(top, test.want), fs.ModeDir|0o700, me)
		})
	}
}

func TestMakeFinalLink(t *testing.T) {
	top := t.TempDir()
	link := filepath.Join(top, "link")
	must(t, os.Symlink(t.TempDir(), link))
	root, err := Make(link, me)
	if me.UID == 0 {
		if err == nil || !strings.Contains(err.Error(), link+": it is a symbolic link") {
			t.Errorf("Make(%s) by root = %v; want a refusal of the link", link, err)
		}
		return
	}
	if err != nil {
		t.Fatalf("Make(%s) of one's own link: %v", link, err)
	}
	root.Close()
}

func TestOpenSame(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	walked, err := walk{owner: me}.to(dir)
	must(t, err)
	root, err := openSame(dir, walked)
	must(t, err)
	defer root.Close()
	if _, err := openSame(other, walked); err == nil {
		t.Error("openSame of another directory than the one walked to succeeded; want an error")
	}
}

func TestMakeErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	for _, test := range []struct{ dir, want string }{
		{filepath.Join(file, "new"), file + ": not a directory"},
		{"relative", "relative: it is not an absolute path"},
	} {
		_, err := Make(test.dir, me)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "BYHAND_HOME=DIR") {
			t.Errorf("Make(%s) = %v; want an error with %q and BYHAND_HOME", test.dir, err, test.want)
		}
	}
}

func TestMakeReadOnly(t *testing.T) {
	top, owner := shared(t)
	must(t, os.Chmod(top, 0o555))
	dir := filepath.Join(top, "a", "b")
	_, err := Make(dir, owner)
	if !errors.Is(err, fs.ErrPermission) {
		t.Fatalf("Make(%s) in a read-only directory = %v; want fs.ErrPermission", dir, err)
	}
	for _, want := range []string{dir, filepath.Join(top, "a") + ": permission denied", "BYHAND_HOME=DIR"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Make(%s) = %q; want it to say %q", dir, err, want)
		}
	}
}

func TestMakeForOwner(t *testing.T) {
	needRoot(t)
	top, owner := shared(t)
	root, err := Make(filepath.Join(top, "a", "b"), owner)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	checkOwned(t, filepath.Join(top, "a"), fs.ModeDir|0o700, owner)
	checkOwned(t, filepath.Join(top, "a", "b"), fs.ModeDir|0o700, owner)

	must(t, owner.Do(func() error { return root.WriteFile("file", nil, 0o600) }))
	checkOwned(t, filepath.Join(top, "a", "b", "file"), 0o600, owner)
}

// TestMakeLedAstray plants links that would have root make a directory where
// the one who planted them could not.
func TestMakeLedAstray(t *testing.T) {
	needRoot(t)
	other := User{UID: 4545, GID: 4545}
	for _, test := range []struct {
		name    string
		planter User
		owner   User
		want    string
	}{
		{"by the owner", account, account, "permission denied for uid 4242"},
		{"by another user", other, account, "put there by uid 4545"},
		{"by another user for root", other, User{}, "put there by uid 4545"},
	} {
		t.Run(test.name, func(t *testing.T) {
			top, _ := shared(t)
			secret := t.TempDir()
			must(t, os.Chmod(secret, 0o755))
			must(t, os.Symlink(secret, filepath.Join(top, "link")))
			must(t, os.Lchown(filepath.Join(top, "link"), test.planter.UID, test.planter.GID))
			_, err := Make(filepath.Join(top, "link", "new"), test.owner)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Make through a link = %v; want %q", err, test.want)
			}
			if entries, _ := os.ReadDir(secret); len(entries) != 0 {
				t.Errorf("Make through a link made %v; want nothing", entries)
			}
		})
	}
}

func TestMakeBenches(t *testing.T) {
	top, owner := shared(t)
	p := Places{State: filepath.Join(top, "s"), Benches: filepath.Join(top, "s", "bench")}
	root, err := p.MakeBenches(owner)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	// Root inside a user namespace has to pass through it.
	checkOwned(t, p.State, fs.ModeDir|0o711, owner)
	checkOwned(t, p.Benches, fs.ModeDir|0o700, me)
	// What is the user's alone stays so.
	own := Places{State: filepath.Join(top, "own"), Benches: filepath.Join(top, "own", "bench")}
	must(t, owner.Do(func() error { return os.Mkdir(own.State, 0o700) }))
	again, err := own.MakeBenches(User{UID: os.Geteuid(), GID: os.Getegid()})
	if err == nil {
		again.Close()
	}
	checkOwned(t, own.State, fs.ModeDir|0o700, owner)
}

func TestDo(t *testing.T) {
	failure := errors.New("failure")
	if err := me.Do(func() error { return failure }); err != failure {
		t.Errorf("Do = %v; want what the function returned", err)
	}
	needRoot(t)
	shared(t) // skips where root can't act for the other user
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "secret"), nil, 0o600))
	read := func() error {
		_, err := os.ReadFile(filepath.Join(dir, "secret"))
		return err
	}
	err := account.Do(func() error {
		if err := account.Do(read); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("within Do, within Do, root's file: %v; want fs.ErrPermission", err)
		}
		return read()
	})
	if !errors.Is(err, fs.ErrPermission) {
		t.Errorf("within Do, root's file: %v; want fs.ErrPermission", err)
	}
	if err := read(); err != nil {
		t.Errorf("after Do, root's file: %v; want it read", err)
	}
}

// shared is a new directory that its owner can reach: under root another
// user's, otherwise one's own.
func shared(t *testing.T) (string, User) {
	t.Helper()
	top := t.TempDir()
	if me.UID != 0 {
		return top, me
	}
	// testing makes the directory above with mode 0700.
	must(t, os.Chmod(filepath.Dir(top), 0o711))
	if err := os.Chown(top, account.UID, account.GID); err != nil {
		t.Skipf("root of this user namespace has no other users: %v", err)
	}
	// access(2) would not do: it judges by the real uid, which Do leaves alone.
	if err := account.Do(func() error { _, err := os.Stat(top); return err }); err != nil {
		t.Skipf("uid %d can't reach the test's directory: %v", account.UID, err)
	}
	return top, account
}

// needRoot skips a test in which root does something for another user.
func needRoot(t *testing.T) {
	t.Helper()
	if me.UID != 0 {
		t.Skip("only root acts for other users")
	}
}

// must ends the test on an error of its own preparations.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// checkOwned compares mode and owner of a file.
func checkOwned(t *testing.T, path string, mode fs.FileMode, owner User) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Error(err)
		return
	}
	var stat unix.Stat_t
	must(t, unix.Lstat(path, &stat))
	if got := (User{int(stat.Uid), int(stat.Gid)}); info.Mode() != mode || got != owner {
		t.Errorf("%s has mode %v and owner %+v; want %v and %+v", path, info.Mode(), got, mode, owner)
	}
}
