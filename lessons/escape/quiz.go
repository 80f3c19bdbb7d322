package escape

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "why-above",
			Ask: "Why does the second chroot(2) let the process out?",
			Choices: []lesson.Choice{
				{Text: "It asks the kernel to go one root back", Why: "There is no pile of roots to go back on. The process has one root, and the call replaces it."},
				{Text: "The working directory stays outside the new root, and .. is only stopped at the root", Right: true},
				{Text: "The directory tmp belongs to the machine", Why: "Any directory does. What counts is that the process does not go into it."},
				{Text: "chroot(2) in a chroot is a mistake that nobody has mended", Why: "It does what the standard said of it. BSD has closed this way; Linux keeps the call as it is, and has pivot_root(2) and mount namespaces for walls."},
			},
			Explain: "On the way up the kernel compares each directory with the process's root. Who stands above the root never meets it.",
		},
		{
			Key: "power",
			Ask: "Which processes can break out in this way?",
			Choices: []lesson.Choice{
				{Text: "Those with the capability CAP_SYS_CHROOT", Right: true},
				{Text: "All: a user may always give up a root for a smaller one", Why: "It would be no harm with a working directory inside; but set-user-ID programs could be fooled by a root of the caller's making. So the call is root's."},
				{Text: "Only root of the machine, and not root of a user namespace", Why: "chroot(2) asks for the capability in the process's own user namespace. Each root of one can leave its chroot, though no further than the machine lets its user."},
			},
			Explain: "Services that go into a chroot should give up root right afterwards: chroot(2), then setuid(2).",
		},
		{
			Key: "other-ways",
			Ask: "A process in a chroot is root on the machine, in no namespace of its own. Which other ways are open to it? (Several are right.)",
			Choices: []lesson.Choice{
				{Text: "mknod the disk's device, and write to the disk", Right: true},
				{Text: "ptrace a process outside", Right: true},
				{Text: "Join the mount namespace of process 1 with setns(2), through a proc that it mounts", Right: true},
				{Text: "None, once chroot(2) is forbidden", Why: "The root decides what paths mean. It takes nothing from what root may do besides."},
			},
			Explain: "That is why a container is namespaces, fewer capabilities, device rules and a filter of system calls, beside its root.",
		},
		{
			Key: "why-it-holds",
			Ask: "Why does the same way lead nowhere after pivot_root(2)?",
			Choices: []lesson.Choice{
				{Text: "pivot_root(2) takes the capability CAP_SYS_CHROOT away", Why: "It takes no capability. The two calls of chroot(2) succeed; you saw them."},
				{Text: "The kernel remembers which directory was the first root", Why: "It remembers no such thing of a process. The root of a mount namespace is another matter: it belongs to the namespace."},
				{Text: "The machine's root is mounted nowhere in that namespace, and .. ends at the namespace's own root", Right: true},
			},
			Explain: "Above the root of a mount namespace there is nothing. What is not mounted has no path.",
		},
		{
			Key: "old-root",
			Ask: "pivot_root . old is called, and old is not unmounted. What has been gained?",
			Choices: []lesson.Choice{
				{Text: "All: the old root is only a directory now", Why: "A directory with the machine's files in it, and anybody inside may look."},
				{Text: "It fails: the old root can't stay", Why: "It may. An initramfs keeps it for a while, to end what still runs there."},
				{Text: "Nothing: the machine's files are at /old", Right: true},
			},
			Explain: "Hence umount -l: lazily, as programs still run from it, the shell among them.",
		},
		{
			Key: "runc-no-pivot",
			Ask: "runc has a flag --no-pivot, for machines whose root is an initramfs, where pivot_root(2) is refused. It moves the mount to / (MS_MOVE) and calls chroot(2). What is this worth?",
			Choices: []lesson.Choice{
				{Text: "As much: the root is covered", Why: "It is covered, but it is still mounted beneath, and what is mounted can be come at: by unmounting what covers it, for one."},
				{Text: "Less: the machine's root is still mounted, beneath", Right: true},
				{Text: "Nothing: it is a chroot like in step 1", Why: "Not quite: it is in a mount namespace of its own, which keeps its mounts from the machine's. But root inside has ways that it should not have."},
			},
			Explain: "Docker and Kubernetes pivot. systemd-nspawn and LXC do, too.",
		},
	}, predictions()...)
}
