package ports

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, test := range []struct{ value, want string }{
		{"80", "80/tcp"},
		{"80/udp", "80/udp"},
		{"80/UDP", "80/udp"},
		{"8080:80", "8080:80/tcp"},
		{"0:80", "80/tcp"},
		{":80", "80/tcp"},
		{"8080:80/sctp", "8080:80/sctp"},
		{"127.0.0.1:8080:80", "127.0.0.1:8080:80/tcp"},
		{"127.0.0.1::80", "127.0.0.1::80/tcp"},
		{"0.0.0.0:8080:80", "0.0.0.0:8080:80/tcp"},
		{"[::1]:8080:80", "[::1]:8080:80/tcp"},
		{"[::1]::80/udp", "[::1]::80/udp"},
		{"::1:8080:80", "[::1]:8080:80/tcp"},
		{"[2001:db8::1]:8080:80", "[2001:db8::1]:8080:80/tcp"},
		{"8000-8002:80-82", "8000:80/tcp 8001:81/tcp 8002:82/tcp"},
		{"80-82", "80/tcp 81/tcp 82/tcp"},
		{"8000-8010:80", "8000-8010:80/tcp"},
		{"127.0.0.1:8000-8001:80-81/udp", "127.0.0.1:8000:80/udp 127.0.0.1:8001:81/udp"},
		{"published=8080,target=80", "8080:80/tcp"},
		{"target=53,protocol=udp", "53/udp"},
		{"published=8080,target=80,mode=host", "8080:80/tcp"},
	} {
		got, err := Parse(test.value)
		var words []string
		for _, b := range got {
			words = append(words, b.String())
		}
		if text := strings.Join(words, " "); text != test.want || err != nil {
			t.Errorf("Parse(%q) = %q, %v; want %q", test.value, text, err, test.want)
		}
	}
}

// TestParseRefuses has the errors that Docker's own command line gives, which
// prints them behind "invalid argument" or as they are.
func TestParseRefuses(t *testing.T) {
	for _, test := range []struct{ value, want string }{
		{"", "no port specified: <empty>"},
		{"8080:", "no port specified: 8080:<empty>"},
		{"/tcp", "no port specified: /tcp<empty>"},
		{"80/icmp", "invalid proto: icmp"},
		{"http", "invalid containerPort: http"},
		{"65536", "invalid containerPort: 65536"},
		{"-1", "invalid containerPort: -1"},
		{"82-80", "invalid containerPort: 82-80"},
		{"x:80", "invalid hostPort: x"},
		{"70000:80", "invalid hostPort: 70000"},
		{"8000-8001:80-82", "invalid ranges specified for container and host Ports: 80-82 and 8000-8001"},
		{"8080:80-81", "invalid ranges specified for container and host Ports: 80-81 and 8080"},
		{"localhost:8080:80", "invalid IP address: localhost"},
		{"300.0.0.1:8080:80", "invalid IP address: 300.0.0.1"},
		{"[::1:8080:80", "invalid IP address [::1: address [::1:: missing ']' in address"},
		{"published=8080,80", "invalid publish opts format (should be name=value but got '80')"},
		{"published=8080", "no port specified: 8080:/tcp<empty>"},
	} {
		got, err := Parse(test.value)
		if err == nil || err.Error() != test.want {
			t.Errorf("Parse(%q) = %v, %v; want the error %q", test.value, got, err, test.want)
		}
	}
}

func TestAll(t *testing.T) {
	exposed, err := ParseExposed("80", "81-82/udp", "80/tcp")
	if err != nil {
		t.Fatal(err)
	}
	published, err := Parse("8081:81/udp")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(All(published, exposed)), "[8081:81/udp 80/tcp 82/udp]"; got != want {
		t.Errorf("All(8081:81/udp; 80, 81-82/udp, 80/tcp) = %s; want %s", got, want)
	}
	if got, err := ParseExposed("8080:80"); err == nil {
		t.Errorf("ParseExposed(8080:80) = %v; want an error", got)
	}
}

// FuzzParse wants every binding to lie within bounds and, written out, to be
// read as the same again.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"80", "8080:80", "127.0.0.1:8000-8010:80/udp", "[::1]::80-81", "::1:8080:80", "published=1,target=2", "0:0", "[fe80::1%eth0]:1:2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		bindings, err := Parse(value)
		if (err == nil) == (len(bindings) == 0) {
			t.Fatalf("Parse(%q) = %v, %v; want either", value, bindings, err)
		}
		for _, b := range bindings {
			if b.First > b.Last || !slices.Contains([]string{"tcp", "udp", "sctp"}, b.Proto) {
				t.Errorf("Parse(%q) has %+v", value, b)
			}
			again, err := Parse(b.String())
			if err != nil || len(again) != 1 || again[0] != b {
				t.Errorf("Parse(%q) = %+v, %v; want %+v again", b.String(), again, err, b)
			}
		}
	})
}
