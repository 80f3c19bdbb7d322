package ui

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
)

func TestColumns(t *testing.T) {
	rows := [][]Cell{
		{Done.Of("done"), Plain.Of("chroot"), Dim.Of("a root of its own, nothing more")},
		{Locked.Of("locked"), Plain.Of("日本"), Plain.Of("wide \x1b[2Jnames")},
		{Plain.Of("x"), Plain.Of("short")},
	}
	for _, tt := range []struct {
		term Terminal
		want string
	}{
		{Terminal{}, `
done    chroot  a root of its own, nothing more
locked  日本    wide [2Jnames
x       short
`},
		{Terminal{Width: 40}, `
done    chroot  a root of its own,
                nothing more
locked  日本    wide [2Jnames
x       short
`},
		{Terminal{Width: 20}, `
done
  chroot
  a root of its own,
  nothing more
locked
  日本
  wide [2Jnames
x
  short
`},
		{Terminal{Colour: true}, "\n" +
			"\x1b[32mdone\x1b[0m    chroot  \x1b[2ma root of its own, nothing more\x1b[22m\n" +
			"\x1b[2mlocked\x1b[22m  日本    wide [2Jnames\n" +
			"x       short\n"},
	} {
		var out bytes.Buffer
		if err := Columns(&out, tt.term, rows); err != nil {
			t.Fatal(err)
		}
		equal(t, fmt.Sprintf("Columns(%+v)", tt.term), "\n"+out.String(), tt.want)
	}
	if err := Columns(&bytes.Buffer{}, Terminal{}, nil); err != nil {
		t.Errorf("Columns(no rows) = %v; want nil", err)
	}
	if err := Columns(full{}, Terminal{}, rows); !errors.Is(err, errFull) {
		t.Errorf("Columns(full device) = %v; want %v", err, errFull)
	}
}

var errFull = errors.New("no space left on device")

// full is a writer that has no space left.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestFail(t *testing.T) {
	var out bytes.Buffer
	Fail(&out, errors.New("mount proc: not\x1b[2J permitted\nand more"), "run it with sudo", "or see:\nbyhand doctor")
	equal(t, "Fail(...)", "\n"+out.String(), `
byhand: mount proc: not[2J permitted
        and more
  hint: run it with sudo
  hint: or see:
        byhand doctor
`)
	out.Reset()
	if Fail(&out, nil, "hint"); out.Len() > 0 {
		t.Errorf("Fail(nil) wrote %q; want nothing", out.String())
	}
}
