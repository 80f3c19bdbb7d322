package network

import (
	"fmt"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long the kernel may take to get a cable to work.
const patience = 20 * time.Second

// settled waits until devices carry packets. With both ends of a cable up, the
// kernel still has to notice, which it does a little later and sometimes a
// second; until then what is sent is lost, and said again only a second after.
func settled(names ...string) error {
	deadline := time.Now().Add(patience)
	for _, name := range names {
		// To ask costs the more, the more devices there are, and those who ask.
		for pause := time.Millisecond; ; pause = min(2*pause, 64*time.Millisecond) {
			carries, err := carries(name)
			if err != nil {
				return fmt.Errorf("look up network device %s: %w", name, err)
			}
			if carries {
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("network device %s is up but carries nothing after %v", name, patience)
			}
			time.Sleep(pause)
		}
	}
	return nil
}

// operUp is IF_OPER_UP of linux/if.h.
const operUp = 6

// carries reports whether the kernel has noticed that a device is up, and has
// given it a queue for what it is to send; a new one has the queue "noop", which
// drops all. The flag RUNNING does not tell: it is set too as long as the kernel
// doesn't know yet.
func carries(name string) (bool, error) {
	dump, err := syscall.NetlinkRIB(unix.RTM_GETLINK, unix.AF_UNSPEC)
	if err != nil {
		return false, err
	}
	messages, err := syscall.ParseNetlinkMessage(dump)
	if err != nil {
		return false, err
	}
	for _, m := range messages {
		if m.Header.Type != unix.RTM_NEWLINK || len(m.Data) < unix.SizeofIfInfomsg {
			continue
		}
		attributes, err := syscall.ParseNetlinkRouteAttr(&m)
		if err != nil {
			return false, err
		}
		found, up, queued := false, false, false
		for _, a := range attributes {
			switch a.Attr.Type {
			case unix.IFLA_IFNAME:
				found = unix.ByteSliceToString(a.Value) == name
			case unix.IFLA_OPERSTATE:
				up = len(a.Value) > 0 && a.Value[0] == operUp
			case unix.IFLA_QDISC:
				queued = unix.ByteSliceToString(a.Value) != "noop"
			}
		}
		if found {
			return up && queued, nil
		}
	}
	return false, unix.ENODEV
}
