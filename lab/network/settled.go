package network

import (
	"fmt"
	"net"
	"time"
)

// patience is how long the kernel may take to get a cable to work.
const patience = 3 * time.Second

// settled waits until devices carry packets. With both ends of a cable up, the
// kernel still has to notice, which it does a little later and sometimes a
// second; until then what is sent is lost, and said again only a second after.
func settled(names ...string) error {
	deadline := time.Now().Add(patience)
	for _, name := range names {
		for {
			link, err := net.InterfaceByName(name)
			if err != nil {
				return fmt.Errorf("look up network device %s: %w", name, err)
			}
			if link.Flags&net.FlagRunning != 0 {
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("network device %s is up but carries nothing after %v", name, patience)
			}
			time.Sleep(time.Millisecond)
		}
	}
	return nil
}
