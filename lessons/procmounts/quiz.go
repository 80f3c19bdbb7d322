package procmounts

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "old-proc",
			Ask: "As root you run unshare --mount --pid --fork sh: new PID namespace, the machine's root, nothing mounted. Then: echo $$; ps -e. What do you see?",
			Choices: []lesson.Choice{
				{
					Text: "1, and a list of two: sh and ps",
					Why:  "That is what the PID namespace is for. But ps doesn't ask the namespace; it reads /proc, and that was mounted outside.",
				},
				{
					Text:  "1, and every process of the machine",
					Right: true,
				},
				{
					Text: "A large number, and every process of the machine",
					Why:  "The list is right, but $$ comes from getpid(2), and with --fork the shell was born in the new namespace.",
				},
				{
					Text: "1, and an error: /proc belongs to another namespace",
					Why:  "A mount may be read from any namespace that holds it. The window works; it is the wrong one.",
				},
			},
			Explain: "A proc mount shows the PID namespace of the process that mounted it. This one was mounted at boot.",
		},
		{
			Key: "bound-proc",
			Ask: "Someone bind-mounts the machine's /proc to ROOT/proc before the shell starts in its new PID namespace. The shell is PID 1 there, 4242 outside. To what does /proc/self point, for the shell?",
			Choices: []lesson.Choice{
				{
					Text: "1, for that is what it is",
					Why:  "It is 1 in its own namespace. This proc reckons in the numbers of the namespace in which it was mounted.",
				},
				{
					Text: "Nowhere: the link dangles, for the shell isn't in that namespace",
					Why:  "That would happen the other way round, to a reader who isn't visible in the mount's namespace. Outer namespaces do see inner processes.",
				},
				{
					Text:  "4242",
					Right: true,
				},
			},
			Explain: "proc answers in the numbers of its own PID namespace. $$ says 1 and /proc/self says 4242: a sure sign of a leftover of the machine's /proc.",
		},
		{
			Key: "proc-refused",
			Ask: "An ordinary user runs unshare --user --map-root-user --mount sh, then mount -t proc none /mnt. What happens?",
			Choices: []lesson.Choice{
				{
					Text:  "Refused, EPERM: the PID namespace is the machine's",
					Right: true,
				},
				{
					Text: "It works, and shows only the user's own processes",
					Why:  "Sensible, but proc divides by PID namespace and not by user. It would show everybody's.",
				},
				{
					Text: "It works, and shows every process of the machine",
					Why:  "So it would for the machine's root. A user namespace may mount proc only for a PID namespace over which it has power.",
				},
				{
					Text: "Refused, EPERM: only the machine's root may mount anything",
					Why:  "A tmpfs could be mounted here: root of a user namespace may mount in a mount namespace of his own.",
				},
			},
			Explain: "Mounting proc takes CAP_SYS_ADMIN in the user namespace that owns the PID namespace. Without --pid that is the machine's.",
		},
		{
			Key: "sysfs-of-mounter",
			Ask: "The machine's root makes only a new mount namespace, no user and no network namespace, and mounts sysfs at ROOT/sys. What does ls ROOT/sys/class/net show?",
			Choices: []lesson.Choice{
				{
					Text: "Nothing: the mount is refused with EPERM",
					Why:  "That is what happens in a user namespace. The machine's root has power over its network namespace.",
				},
				{
					Text: "Only a new lo: a new mount of sysfs starts afresh",
					Why:  "A mount is a window, not a fresh start. It shows the network namespace of the one who mounts.",
				},
				{
					Text: "An empty directory: there is no network in a mount namespace",
					Why:  "The mount namespace says where something is mounted, not what it shows. The process still has a network namespace: the machine's.",
				},
				{
					Text:  "All the machine's network devices",
					Right: true,
				},
			},
			Explain: "sysfs shows the network devices of the mounter's network namespace. To hide the machine's, that namespace must be made first.",
		},
		{
			Key: "sysfs-undivided",
			Ask: "In its six new namespaces the shell mounts sysfs at /sys. What there is still the whole machine's? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text:  "/sys/block: the disks",
					Right: true,
				},
				{
					Text: "/sys/class/net: the network devices",
					Why:  "This is what the new network namespace divides: only what belongs to it is listed, such as its own lo.",
				},
				{
					Text:  "/sys/devices/system/cpu: the CPUs",
					Right: true,
				},
				{
					Text:  "/sys/module: the kernel's modules",
					Right: true,
				},
			},
			Explain: "No namespace exists for disks, CPUs or modules. sysfs hides only what belongs to another network namespace.",
		},
		{
			Key: "secret-from-outside",
			Ask: "The shell has mounted a tmpfs at its /tmp and written /tmp/secret. Outside, with enough rights, which of these shows the secret? PID is the shell's number outside.",
			Choices: []lesson.Choice{
				{
					Text: "cat $LAB/rootfs/tmp/secret",
					Why:  "It is the directory where the tmpfs is mounted, but only in the shell's mount table. In yours it is a plain, empty directory.",
				},
				{
					Text:  "cat /proc/PID/root/tmp/secret",
					Right: true,
				},
				{
					Text: "cat /tmp/secret",
					Why:  "The path is the one used inside, but your /tmp is looked up from your root, in your mount table.",
				},
				{
					Text: "None: the mount is in nobody else's table",
					Why:  "The premise is right. But /proc/PID/root isn't looked up in your table: it leads straight to the root that the process has, in its own.",
				},
			},
			Explain: "/proc/PID/root takes a reader into the other process's mount namespace. A private mount hides from paths, not from one who may inspect the process.",
		},
		{
			Key: "free-total",
			Ask: "The machine has 16 GB. The shell has its own proc, and a control group holds it to 80 MB. What total does free show inside?",
			Choices: []lesson.Choice{
				{
					Text: "80 MB: its limit",
					Why:  "Many programs hope for this, and size themselves wrongly. The limit stands in the cgroup's files, and free doesn't read them.",
				},
				{
					Text: "What its PID namespace uses",
					Why:  "A proc mount goes by its PID namespace only for the processes' directories. /proc/meminfo isn't one of them.",
				},
				{
					Text:  "About 16 GB: the machine's memory",
					Right: true,
				},
				{
					Text: "Nothing: /proc/meminfo is hidden in a namespace",
					Why:  "proc hides none of its files for a namespace. All may read this one.",
				},
			},
			Explain: "free reads /proc/meminfo, which speaks of the machine. There is no namespace for memory, only limits.",
		},
		{
			Key: "proc-after-pivot",
			Ask: "In a user namespace you change the root with pivot_root(2) and detach the old one; no proc is mounted in the new one yet. Now mount -t proc none /proc is refused with EPERM. Before detaching it would have worked. Why?",
			Choices: []lesson.Choice{
				{
					Text: "After pivot_root(2) the shell has lost its capabilities",
					Why:  "EPERM does suggest that. But a tmpfs can still be mounted: the capabilities are all there.",
				},
				{
					Text: "proc may be mounted once in a mount namespace",
					Why:  "It may be mounted as often as you like. What is wanted is just the opposite: that there is another one.",
				},
				{
					Text: "The new root isn't a mount point",
					Why:  "pivot_root(2) itself demands that it is one; so it is.",
				},
				{
					Text:  "No fully visible proc is left in the mount namespace, and the kernel demands one",
					Right: true,
				},
			},
			Explain: "Somebody may have covered parts of proc to hide them. A fresh mount would reveal them, so a user namespace gets one only where an uncovered one is in sight already.",
		},
		{
			Key: "new-net-old-mounts",
			Ask: "A process moves to a new network namespace but keeps the machine's mounts of /proc and /sys. What do /proc/net/dev and /sys/class/net list?",
			Choices: []lesson.Choice{
				{
					Text:  "/proc/net/dev its own lo; /sys/class/net the machine's devices",
					Right: true,
				},
				{
					Text: "Both the machine's devices, for both were mounted outside",
					Why:  "True of sysfs. /proc/net, however, is a link to self/net, and so it is about the reader.",
				},
				{
					Text: "Both its own lo, for the process is in the new namespace",
					Why:  "True of /proc/net. A sysfs mount, however, keeps to the network namespace of the one who mounted it.",
				},
				{
					Text: "/proc/net/dev the machine's devices; /sys/class/net its own lo",
					Why:  "One of each is right, but the other way round.",
				},
			},
			Explain: "/proc/net follows the reader, /sys/class/net the mounter. This is why a new network namespace wants a new mount of sysfs.",
		},
		{
			Key: "left-behind",
			Ask: "The shell has mounted proc, sysfs and tmpfs, written /tmp/a and /inside.txt, and now ends; it was the last process in its namespaces. What is found outside? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text: "Three mounts under $LAB/rootfs that must be unmounted by hand",
					Why:  "So it would be had they been made in the machine's mount namespace. These were only in the shell's, and went with it.",
				},
				{
					Text:  "$LAB/rootfs/inside.txt is there",
					Right: true,
				},
				{
					Text: "$LAB/rootfs/tmp/a is there: the tmpfs was written out to disk",
					Why:  "A tmpfs has no disk behind it but, at most, swap. What is in it ends with its last mount.",
				},
				{
					Text:  "$LAB/rootfs/tmp is there, and empty",
					Right: true,
				},
			},
			Explain: "The mounts, and the memory of the tmpfs with them, go with the mount namespace. What was written to the disk beneath, files and mount points, stays.",
		},
	}, predictions()...)
}
