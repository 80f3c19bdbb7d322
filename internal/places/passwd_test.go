package places

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFindAccount(t *testing.T) {
	const text = `root:x:0:0:root:/root:/bin/bash
# a comment
short:x:7:7
bad:x:many:7:::
none:x:4294967295:7::/none:
+::::::
ann:x:4242:4343:Ann,,,:/home/ann:/bin/sh
twin:x:4242:1:::/bin/sh
4343:x:1:1::/digits:
last:x:9:9::/last:`
	tests := []struct {
		key  string
		want Account
		ok   bool
	}{
		{"root", Account{User{0, 0}, "/root"}, true},
		{"0", Account{User{0, 0}, "/root"}, true},
		{"ann", Account{account, "/home/ann"}, true},
		{"4242", Account{account, "/home/ann"}, true},
		{"twin", Account{User{4242, 1}, ""}, true},
		{"last", Account{User{9, 9}, "/last"}, true},
		{"4343", Account{}, false},
		{"short", Account{}, false},
		{"bad", Account{}, false},
		{"none", Account{}, false},
		{"an", Account{}, false},
		{"", Account{}, false},
	}
	for _, test := range tests {
		if got, ok := findAccount(text, test.key); got != test.want || ok != test.ok {
			t.Errorf("findAccount(%q) = %+v, %v; want %+v, %v", test.key, got, ok, test.want, test.ok)
		}
	}
}

func TestPasswd(t *testing.T) {
	lookup := Passwd(t.Context(), "/etc/passwd")
	if got, err := lookup("0"); err != nil || got.UID != 0 || got.Home == "" {
		t.Errorf("Passwd(0) = %+v, %v; want root's account", got, err)
	}
	_, err := lookup("no-such-account")
	if err == nil || !strings.Contains(err.Error(), `"no-such-account"`) {
		t.Errorf("Passwd(no-such-account) = %v; want an error that names it", err)
	}
	// With a file that is not there, getent answers.
	if _, err := os.Stat("/usr/bin/getent"); err != nil {
		t.Skipf("this machine has no getent: %v", err)
	}
	if got, err := Passwd(t.Context(), filepath.Join(t.TempDir(), "passwd"))("0"); err != nil || got.UID != 0 {
		t.Errorf("Passwd(0) by getent = %+v, %v; want root's account", got, err)
	}
}
