package network

import (
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"byhand/lab/sys"
)

// A host hands packets on from one device to another only where it was told
// to. ip_forward says so for every device at once, those that come later
// included; conf/DEVICE/forwarding for one.
const sysctls = "/proc/sys/net/ipv4/"

// Forwards reports whether the network namespace that the caller is in hands
// on what comes in by a device.
func Forwards(device string) (bool, error) {
	return enabled("conf/" + device + "/forwarding")
}

func enabled(name string) (bool, error) {
	text, err := os.ReadFile(sysctls + name)
	return strings.TrimSpace(string(text)) == "1", err
}

// forward has the bridge hand on, and the devices of the default routes, by
// which the answers come back. It returns the latter where it had to change
// them. ip_forward itself stays as it is: it would make a router of the whole
// machine, and of devices that are none of our business.
func forward(t *sys.Tracer, bridge string) (changed []string, err error) {
	if err := setForwarding(t, bridge, "1"); err != nil {
		return nil, err
	}
	routes, err := Routes()
	if err != nil {
		return nil, err
	}
	for _, r := range routes {
		if r.To.Bits() > 0 || r.Link == 0 {
			continue
		}
		link, err := net.InterfaceByIndex(r.Link)
		if err != nil || slices.Contains(changed, link.Name) {
			continue // it may have gone away since
		}
		if on, err := Forwards(link.Name); err != nil || on {
			continue
		}
		if err := setForwarding(t, link.Name, "1"); err != nil {
			return changed, err
		}
		changed = append(changed, link.Name)
	}
	return changed, nil
}

// unforward takes back what forward changed, unless somebody else has since
// told the whole machine to forward, and so relies on it.
func unforward(t *sys.Tracer, devices []string) error {
	if on, err := enabled("ip_forward"); err != nil || on {
		return err
	}
	for _, d := range devices {
		if _, err := net.InterfaceByName(d); err != nil {
			continue // it went away, and its settings with it
		}
		if err := setForwarding(t, d, "0"); err != nil {
			return err
		}
	}
	return nil
}

func setForwarding(t *sys.Tracer, device, value string) error {
	if on, err := Forwards(device); err == nil && on == (value == "1") {
		return nil
	}
	if err := t.WriteFile(sysctls+"conf/"+device+"/forwarding", value); err != nil {
		return fmt.Errorf("set whether %s forwards: %w", device, err)
	}
	return nil
}
