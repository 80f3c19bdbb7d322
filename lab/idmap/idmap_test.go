package idmap

import "testing"

func TestLines(t *testing.T) {
	const file = "# a remark\nann:100000:65536\nbob:165536:65536\n1000:300000:10\nann:bad:5\nann:5\nann:500000:0\nann:900000:1"
	for _, test := range []struct {
		names []string
		want  string
	}{
		{[]string{"1000", "ann"}, "1 100000 65536\n65537 300000 10\n65547 900000 1\n"},
		{[]string{"1001", "bob"}, "1 165536 65536\n"},
		{[]string{"1000"}, "1 300000 10\n"},
		{[]string{"1002", "eve"}, ""},
	} {
		if got := lines(file, test.names); got != test.want {
			t.Errorf("lines(%q) = %q; want %q", test.names, got, test.want)
		}
	}
}

func TestInside(t *testing.T) {
	t.Setenv(Variable, "1")
	if Inside() {
		t.Error("Inside() = true in the machine's first user namespace; want false")
	}
}
