package breakout

// Disk is the way that leads through a device node of the machine's disk.
const Disk = "mknod of the machine's disk"

// ways are all that are tried.
func ways() []way {
	return []way{
		{"the working directory", workingDirectory},
		{"a descriptor left open", leaked},
		{"/proc/PID/root of one outside", procRoot},
		{"the program of one outside", program},
		{"ptrace of one outside", trace},
		{"a signal to one outside", signal},
		{"a namespace of one outside", join},
		{"an abstract socket outside", socket},
		{"a file by its handle", handle},
		{"mknod of the kernel's log", kernelLog},
		{Disk, disk},
		{"mknod of memory", memory},
		{"the machine's ports", ports},
		{"/proc/kcore", reads("/proc/kcore")},
		{"/proc/keys", reads("/proc/keys")},
		{"/proc/timer_list", reads("/proc/timer_list")},
		{"/proc/sys/kernel/core_pattern", writes("/proc/sys/kernel/core_pattern")},
		{"/proc/sys/kernel/modprobe", writes("/proc/sys/kernel/modprobe")},
		{"/proc/sysrq-trigger", writes("/proc/sysrq-trigger")},
		{"/proc/irq", writes("/proc/irq/default_smp_affinity")},
		{"sysfs", writes("/sys/kernel/profiling", "/sys/kernel/mm/ksm/run", "/sys/kernel/uevent_seqnum", "/sys/power/state")},
		{"a control group's parent", groups},
		{"mount of a control group, for its release_agent", release},
		{"unshare and mount", unshareMount},
		{"unmount of what hides /proc/keys", unhide},
		{"typing into the terminal outside", typing},
		{"AF_ALG", family(afALG)},
		{"AF_VSOCK", family(afVSOCK)},
		{"keyctl", keyctl},
		{"bpf", bpf},
		{"userfaultfd", userfault},
		{"perf_event_open", perf},
		{"init_module", module},
		{"kexec_load", kexec},
		{"reboot", reboot},
		{"swapon", swap},
		{"the kernel's log by syslog", syslog},
		{"the clock", clock},
		{"io_uring", uring},
		{"chroot twice", chrootTwice}, // the last: the root is changed for all
	}
}
