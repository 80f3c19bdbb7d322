package network

import (
	"fmt"
	"net"
	"os"

	"byhand/internal/kernel"
	"byhand/lab/process"
)

// View is what the kernel knows of a network namespace.
type View struct {
	// Links are its devices.
	Links []Link
	// Default tells whether there is a default route.
	Default bool
}

// Link is a network device.
type Link struct {
	// Name is the device's.
	Name string
	// Up tells whether it was set up.
	Up bool
	// Carries tells whether what is at its other end is up too.
	Carries bool
	// Bridge is the bridge of which it is a port.
	Bridge string
	// Addresses are its IPv4 addresses, with the length of the prefix.
	Addresses []string
}

// Link returns a device by its name, or nil.
func (v View) Link(name string) *Link {
	for i := range v.Links {
		if v.Links[i].Name == name {
			return &v.Links[i]
		}
	}
	return nil
}

// Look is a stage: it returns what is in the network namespace of its first file.
func Look(c *process.Child, _ struct{}) (v View, err error) {
	return v, In(nil, c.Files[0], func() error {
		links, err := net.Interfaces()
		if err != nil {
			return err
		}
		masters, err := masters()
		if err != nil {
			return err
		}
		for _, l := range links {
			link := Link{Name: l.Name, Up: l.Flags&net.FlagUp != 0, Carries: l.Flags&net.FlagRunning != 0, Bridge: masters[l.Name]}
			addresses, err := l.Addrs()
			if err != nil {
				return err
			}
			for _, a := range addresses {
				if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil {
					link.Addresses = append(link.Addresses, a.String())
				}
			}
			v.Links = append(v.Links, link)
		}
		routes, err := Routes()
		for _, r := range routes {
			v.Default = v.Default || r.To.Bits() == 0
		}
		return err
	})
}

// masters returns, by the names of devices, the bridges of which they are ports.
func masters() (map[string]string, error) {
	links, err := kernel.Links()
	if err != nil {
		return nil, fmt.Errorf("list the network devices: %w", err)
	}
	names, bridges := map[int]string{}, map[string]string{}
	for _, l := range links {
		names[l.Index] = l.Name
	}
	for _, l := range links {
		if l.Master != 0 {
			bridges[l.Name] = names[l.Master]
		}
	}
	return bridges, nil
}

// Forwarding is a stage: it reports whether the network namespace of its first
// file hands on what is for others.
func Forwarding(c *process.Child, _ struct{}) (value string, err error) {
	return value, In(nil, c.Files[0], func() error {
		text, err := os.ReadFile(sysctls + "ip_forward")
		value = string(text)
		return err
	})
}
