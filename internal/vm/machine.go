package vm

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Machine is an emulated machine that runs.
type Machine struct {
	// control carries the lines that the agent in the machine and we exchange,
	// monitor QEMU's own protocol.
	control, monitor io.ReadWriter

	stdout, stderr, console, complaints capture
	// ended is closed when QEMU has ended and all that it wrote is read; cpu is
	// then the time that it computed.
	ended chan struct{}
	cpu   time.Duration
	stop  context.CancelFunc
}

// capture keeps what a stream carries.
type capture struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (c *capture) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.data.Write(p)
}

func (c *capture) bytes() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.data.Bytes())
}

// kernelLine is the kernel's command line: nothing to spare the guest that is
// slow in emulation and not what is tested. On a busy machine the emulated timer
// may miss the few ticks that the kernel looks for, and the boot would end there.
const kernelLine = "console=ttyS0 quiet loglevel=3 net.ifnames=0 mitigations=off tsc=reliable no_timer_check audit=0 systemd.show_status=0 panic=-1"

// hardware is QEMU's description of the machine, but for its drives. A stored
// state fits only the hardware that it was stored from.
func hardware() []string {
	args := []string{"-machine", "q35,vmport=off", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024",
		"-display", "none", "-nodefaults", "-no-user-config", "-no-reboot", "-nic", "none",
		"-serial", "chardev:console", "-mon", "chardev=monitor,mode=control", "-device", "virtio-serial-pci"}
	for _, port := range []string{"control", "stdout", "stderr"} {
		args = append(args, "-device", "virtserialport,chardev="+port+",name=byhand."+port)
	}
	return args
}

// start starts a machine with the hardware and what args add; it is killed when
// ctx ends.
func start(ctx context.Context, dir, temp string, args ...string) (*Machine, error) {
	ctx, stop := context.WithCancel(ctx)
	m := &Machine{ended: make(chan struct{}), stop: stop}
	c := exec.CommandContext(ctx, "qemu-system-x86_64", append(hardware(), args...)...)
	c.Dir = dir
	c.Env = append(c.Environ(), "TMPDIR="+temp)
	c.Stderr = &m.complaints
	var wires wires
	defer wires.closeTheirs()
	for i, name := range []string{"control", "stdout", "stderr", "console", "monitor"} {
		if err := wires.add(); err != nil {
			stop()
			wires.closeOurs()
			return nil, err
		}
		// The first of ExtraFiles becomes descriptor 3.
		c.Args = append(c.Args, "-chardev", "socket,id="+name+",fd="+strconv.Itoa(3+i))
	}
	c.ExtraFiles = wires.theirs
	m.control, m.monitor = wires.ours[0], wires.ours[4]
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}

	started := make(chan error)
	go func() {
		// The kernel sends the signal when the thread that started QEMU ends,
		// so that thread is kept until QEMU has ended.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.Start()
		started <- err
		if err != nil {
			return
		}
		var copies sync.WaitGroup
		for i, to := range []*capture{&m.stdout, &m.stderr, &m.console} {
			copies.Go(func() { _, _ = io.Copy(to, wires.ours[1+i]) })
		}
		_ = c.Wait() // its status says no more than what it wrote
		m.cpu = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
		copies.Wait()
		wires.closeOurs()
		close(m.ended)
	}()
	if err := <-started; err != nil {
		stop()
		wires.closeOurs()
		return nil, fmt.Errorf("start qemu: %w", err)
	}
	return m, nil
}

// end kills the machine and waits until all that it wrote is read.
func (m *Machine) end() {
	m.stop()
	<-m.ended
}

// log is what the console and QEMU said, for error messages.
func (m *Machine) log() []byte {
	return tail(append(m.console.bytes(), m.complaints.bytes()...))
}
