package doctor

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// identity says who we are and what we may do.
func identity() Finding {
	last, err := strconv.Atoi(line("/proc/sys/kernel/cap_last_cap"))
	if err != nil {
		last = len(capabilityNames) - 1
	}
	got := fmt.Sprintf("uid %d", os.Geteuid())
	if by := os.Getenv("SUDO_USER"); by != "" {
		got += " under sudo by " + by
	}
	if within := idMap(line("/proc/self/uid_map")); within != "" {
		got += ", " + within
	}
	return Finding{What: "privileges", OK: true, Got: got + "; capabilities: " + selfStatus().capabilities(last)}
}

// idMap says from a uid_map whether we are in a user namespace other than the
// first, whose map is every uid to itself (user_namespaces(7)).
func idMap(text string) string {
	f := strings.Fields(text)
	if len(f) == 0 || len(f) == 3 && f[0] == "0" && f[1] == "0" && f[2] == "4294967295" {
		return ""
	}
	return "inside a user namespace whose uid_map is " + strings.Join(f, " ")
}
