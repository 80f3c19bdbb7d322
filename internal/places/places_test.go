package places

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// account is the invoking user of the tests.
var account = User{UID: 4242, GID: 4343}

// only is a Lookup that knows one account, by uid and by name.
func only(home string) Lookup {
	return func(key string) (Account, error) {
		if key == "4242" || key == "ann" {
			return Account{User: account, Home: home}, nil
		}
		return Account{}, fmt.Errorf("look up account %q: unknown", key)
	}
}

func TestFind(t *testing.T) {
	home, root := t.TempDir(), t.TempDir()
	sudo := map[string]string{"SUDO_UID": "4242", "SUDO_GID": "4343", "SUDO_USER": "ann", "HOME": root}
	state := home + "/.local/state/byhand"
	tests := []struct {
		name string
		env  map[string]string
		euid int
		want Places
		user User
	}{
		{"home", map[string]string{"HOME": home}, 4242, Places{state, state + "/bench", state + "/lab"}, User{4242, 7}},
		{"xdg", map[string]string{"HOME": home, "XDG_STATE_HOME": "/x/"}, 4242, Places{"/x/byhand", "/x/byhand/bench", "/x/byhand/lab"}, User{4242, 7}},
		{"xdg without home", map[string]string{"XDG_STATE_HOME": "/x"}, 4242, Places{"/x/byhand", "/x/byhand/bench", "/x/byhand/lab"}, User{4242, 7}},
		{"relative xdg", map[string]string{"HOME": home, "XDG_STATE_HOME": "x"}, 4242, Places{state, state + "/bench", state + "/lab"}, User{4242, 7}},
		{"byhand home", map[string]string{"BYHAND_HOME": "/b", "XDG_STATE_HOME": "/x"}, 4242, Places{"/b", "/b/bench", "/b/lab"}, User{4242, 7}},
		{"root", map[string]string{"HOME": home}, 0, Places{state, "/var/lib/byhand", "/var/lib/byhand/lab"}, User{0, 7}},
		{"sudo", sudo, 0, Places{state, "/var/lib/byhand", "/var/lib/byhand/lab"}, account},
		{"sudo, own xdg", with(sudo, "XDG_STATE_HOME", home+"/s"), 0, Places{home + "/s/byhand", "/var/lib/byhand", "/var/lib/byhand/lab"}, account},
		{"sudo, root's xdg", with(sudo, "XDG_STATE_HOME", root+"/s"), 0, Places{state, "/var/lib/byhand", "/var/lib/byhand/lab"}, account},
		{"sudo, xdg beside home", with(sudo, "XDG_STATE_HOME", home+"/../s"), 0, Places{state, "/var/lib/byhand", "/var/lib/byhand/lab"}, account},
		{"sudo, xdg like home", with(sudo, "XDG_STATE_HOME", home+"x"), 0, Places{state, "/var/lib/byhand", "/var/lib/byhand/lab"}, account},
		{"sudo, byhand home", with(sudo, "BYHAND_HOME", "/b"), 0, Places{"/b", "/b/bench", "/b/lab"}, account},
		{"sudo to another user", sudo, 99, Places{root + "/.local/state/byhand", root + "/.local/state/byhand/bench", root + "/.local/state/byhand/lab"}, User{99, 7}},
		{"sudo by root", map[string]string{"SUDO_UID": "0", "SUDO_GID": "0", "HOME": home}, 0, Places{state, "/var/lib/byhand", "/var/lib/byhand/lab"}, User{0, 0}},
		{"doas", map[string]string{"DOAS_USER": "ann", "HOME": root}, 0, Places{state, "/var/lib/byhand", "/var/lib/byhand/lab"}, account},
		{"unknown uid, byhand home", map[string]string{"SUDO_UID": "5", "SUDO_GID": "6", "BYHAND_HOME": "/b"}, 0, Places{"/b", "/b/bench", "/b/lab"}, User{5, 6}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, user, err := Find(env(test.env), test.euid, 7, only(home))
			if err != nil || got != test.want || user != test.user {
				t.Errorf("Find(%v, %d) = %+v, %+v, %v; want %+v, %+v", test.env, test.euid, got, user, err, test.want, test.user)
			}
		})
	}
	if entries, err := os.ReadDir(home); err != nil || len(entries) != 0 {
		t.Errorf("after Find, the home holds %v, %v; want nothing", entries, err)
	}
}

func TestFindRelativeBYHANDHOME(t *testing.T) {
	got, _, err := Find(env(map[string]string{"BYHAND_HOME": "b"}), 4242, 7, nil)
	if err != nil || !filepath.IsAbs(got.State) || filepath.Base(got.State) != "b" {
		t.Errorf("Find(BYHAND_HOME=b) = %+v, %v; want an absolute path of b", got, err)
	}
}

func TestFindErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const hint = "BYHAND_HOME=DIR can name another"
	tests := []struct {
		name string
		env  map[string]string
		home string
		want []string
	}{
		{"no HOME", nil, "", []string{"HOME is not set", hint}},
		{"relative HOME", map[string]string{"HOME": "ann"}, "", []string{`"ann" is not an absolute path`, hint}},
		{"missing HOME", map[string]string{"HOME": "/nonexistent/ann"}, "", []string{"/nonexistent/ann: no such file or directory", hint}},
		{"HOME a file", map[string]string{"HOME": file}, "", []string{file, "is not a directory", hint}},
		{"sudo, account without home", map[string]string{"SUDO_UID": "4242", "SUDO_GID": "4343", "HOME": "/"}, "", []string{`"" is not an absolute path`, hint}},
		{"sudo, missing home", map[string]string{"SUDO_UID": "4242", "SUDO_GID": "4343", "HOME": "/"}, "/nonexistent/ann", []string{"/nonexistent/ann: no such file", hint}},
		{"sudo, unknown uid", map[string]string{"SUDO_UID": "5", "SUDO_GID": "6", "HOME": "/"}, "", []string{`account "5"`, hint}},
		{"SUDO_UID no id", map[string]string{"SUDO_UID": "-1", "SUDO_GID": "6"}, "", []string{"SUDO_UID", `"-1"`}},
		{"SUDO_UID minus one", map[string]string{"SUDO_UID": "4294967295", "SUDO_GID": "6"}, "", []string{"SUDO_UID"}},
		{"SUDO_GID missing", map[string]string{"SUDO_UID": "5"}, "", []string{"SUDO_GID", `""`}},
		{"unknown DOAS_USER", map[string]string{"DOAS_USER": "bob"}, "", []string{"DOAS_USER", `"bob"`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := Find(env(test.env), 0, 0, only(test.home))
			for _, want := range test.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("Find(%v) = %v; want an error with %q", test.env, err, want)
				}
			}
		})
	}
}

// env makes a map serve as an environment.
func env(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

// with adds one variable to a copy of vars.
func with(vars map[string]string, name, value string) map[string]string {
	all := map[string]string{name: value}
	for k, v := range vars {
		all[k] = v
	}
	return all
}
