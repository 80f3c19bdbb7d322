package container

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// resources are the limits of getrlimit(2) by Docker's names for them.
var resources = map[string]struct {
	number int
	name   string
}{
	"core":       {unix.RLIMIT_CORE, "RLIMIT_CORE"},
	"cpu":        {unix.RLIMIT_CPU, "RLIMIT_CPU"},
	"data":       {unix.RLIMIT_DATA, "RLIMIT_DATA"},
	"fsize":      {unix.RLIMIT_FSIZE, "RLIMIT_FSIZE"},
	"locks":      {unix.RLIMIT_LOCKS, "RLIMIT_LOCKS"},
	"memlock":    {unix.RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK"},
	"msgqueue":   {unix.RLIMIT_MSGQUEUE, "RLIMIT_MSGQUEUE"},
	"nice":       {unix.RLIMIT_NICE, "RLIMIT_NICE"},
	"nofile":     {unix.RLIMIT_NOFILE, "RLIMIT_NOFILE"},
	"nproc":      {unix.RLIMIT_NPROC, "RLIMIT_NPROC"},
	"rss":        {unix.RLIMIT_RSS, "RLIMIT_RSS"},
	"rtprio":     {unix.RLIMIT_RTPRIO, "RLIMIT_RTPRIO"},
	"rttime":     {unix.RLIMIT_RTTIME, "RLIMIT_RTTIME"},
	"sigpending": {unix.RLIMIT_SIGPENDING, "RLIMIT_SIGPENDING"},
	"stack":      {unix.RLIMIT_STACK, "RLIMIT_STACK"},
}

// KnownUlimit reports whether a limit has that name.
func KnownUlimit(name string) bool {
	_, known := resources[name]
	return known
}

// limit sets what each process of the container may use.
func (b *builder) limit() error {
	for _, u := range b.Config.Ulimits {
		r := resources[u.Name]
		// -1 is without end: all bits set are RLIM_INFINITY.
		if err := b.t.Prlimit(r.number, r.name, uint64(u.Soft), uint64(u.Hard)); err != nil {
			return fmt.Errorf("error setting rlimit type %s: %w", u.Name, err)
		}
	}
	return nil
}
