package control

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"byhand/lab/cgroup"
	"byhand/lab/state"
)

// Usage is what a container has used of the machine, at one moment. What the
// machine doesn't count for it is 0.
type Usage struct {
	// At is the moment.
	At time.Time
	// CPU is the processors' time that it has had so far.
	CPU time.Duration
	// Memory is what it holds now without the page cache that could go at once;
	// Limit is how much it may have, or the machine's memory.
	Memory, Limit int64
	// Received and Sent are the bytes of its network devices but lo.
	Received, Sent int64
	// Read and Written are the bytes of its disks.
	Read, Written int64
	// PIDs are its tasks.
	PIDs int64
}

// Measure reads what a container that runs uses, from its cgroups and from its
// network namespace.
func Measure(s state.Status) (Usage, error) {
	u := Usage{At: time.Now()}
	total, err := machineMemory()
	if err != nil {
		return u, err
	}
	u.Limit = total
	if s.PID == 0 {
		return u, nil
	}
	if u.Received, u.Sent, err = traffic(s.PID); err != nil {
		return u, err
	}
	if s.Group == nil {
		return u, nil
	}
	// A controller that is not there counts nothing; one that goes away just
	// now has nothing more to count.
	if cpu, err := s.Group.CPUTime(); err == nil {
		u.CPU = cpu
	}
	if memory, err := s.Group.MemoryStat(); err == nil {
		u.Memory = max(memory.Current-memory.InactiveFile, 0)
	}
	if limit, err := s.Group.MemoryLimit(); err == nil && limit.Bytes != cgroup.Unlimited && limit.Bytes > 0 {
		u.Limit = min(limit.Bytes, total)
	}
	if pids, err := s.Group.PIDsStat(); err == nil {
		u.PIDs = pids.Current
	}
	if io, err := s.Group.IOStat(); err == nil {
		u.Read, u.Written = io.Read, io.Written
	}
	return u, nil
}

// Percent is how much of one processor was used since an earlier moment.
func (u Usage) Percent(since Usage) float64 {
	elapsed := u.At.Sub(since.At)
	if elapsed <= 0 || u.CPU < since.CPU {
		return 0
	}
	return 100 * float64(u.CPU-since.CPU) / float64(elapsed)
}

// MemoryPercent is how much of the memory that it may have it holds.
func (u Usage) MemoryPercent() float64 {
	if u.Limit == 0 {
		return 0
	}
	return math.Min(100*float64(u.Memory)/float64(u.Limit), 100)
}

// machineMemory reads the machine's memory (proc_meminfo(5)).
func machineMemory() (int64, error) {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) >= 2 && fields[0] == "MemTotal:" {
			kilobytes, err := strconv.ParseInt(fields[1], 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("read /proc/meminfo: no line MemTotal")
}

// traffic adds up what the devices of a process's network namespace have
// received and sent (proc_pid_net(5)).
func traffic(pid int) (received, sent int64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/dev", pid))
	if err != nil {
		return 0, 0, err
	}
	received, sent = countTraffic(string(text))
	return received, sent, nil
}

// countTraffic reads the table: behind each name, eight numbers of what was
// received, and eight of what was sent, the first of each in bytes.
func countTraffic(text string) (received, sent int64) {
	for line := range strings.Lines(text) {
		name, numbers, found := strings.Cut(line, ":")
		f := strings.Fields(numbers)
		if !found || strings.TrimSpace(name) == "lo" || len(f) < 9 {
			continue
		}
		in, _ := strconv.ParseInt(f[0], 10, 64)
		out, _ := strconv.ParseInt(f[8], 10, 64)
		received, sent = received+in, sent+out
	}
	return received, sent
}
