package doctor

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// examineChroot answers for Chroot: chroot(2) to "/" needs the capability like
// any other and changes nothing.
func examineChroot(ctx context.Context) Finding {
	own := try(ctx, &syscall.SysProcAttr{Chroot: "/"})
	if own == nil {
		return Finding{OK: true, Got: `chroot("/") in a child succeeded: CAP_SYS_CHROOT is held`}
	}
	inside := lent()
	inside.Chroot = "/"
	err := try(ctx, inside)
	if err == nil {
		return Finding{OK: true, Got: `chroot("/") in a child succeeded inside a new user namespace, which lends CAP_SYS_CHROOT`}
	}
	r := tryUserNamespace(ctx)
	if r == nil {
		r = &refusal{`chroot("/") inside a new user namespace`, err}
	}
	f := refused(r)
	f.Got = fmt.Sprintf(`chroot("/"): %s; %s`, outcome(own), f.Got)
	if os.Geteuid() != 0 {
		f.Mend = "sudo byhand chroot (or, to do without: " + strings.TrimSuffix(f.Mend, orSudo) + ")"
	}
	return f
}
