package doctor

import (
	"fmt"
	"os"

	"byhand/internal/kernel"
)

// identity says who we are and what we may do.
func identity() Finding {
	got := fmt.Sprintf("uid %d", os.Geteuid())
	if by := os.Getenv("SUDO_USER"); by != "" {
		got += " under sudo by " + by
	}
	if uids, err := kernel.UIDMap(0); err == nil && !firstUserNamespace(uids) {
		got += ", inside a user namespace whose uid_map is " + uids
	}
	return Finding{What: "privileges", OK: true, Got: got + "; capabilities: " + summary(selfStatus().CapEff, lastCapability())}
}

// firstUserNamespace reports whether a uid_map is that of the first user
// namespace, which maps every uid to itself (user_namespaces(7)).
func firstUserNamespace(uidMap string) bool { return uidMap == "0 0 4294967295" }
