package unshare

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "no-fork",
			Ask: "You run unshare --user --map-root-user --pid sh, without --fork. At its prompt you type /bin/true, and then /bin/true again. What happens?",
			Choices: []lesson.Choice{
				{
					Text: "Both run; the shell is PID 1",
					Why:  "That is what --fork is for. A process never changes its number: the shell stays in the PID namespace where it was born.",
				},
				{
					Text: "Neither runs: a PID namespace without PID 1 can't hold processes",
					Why:  "Close, but the first child takes the place of PID 1 itself. It is after its end that the namespace can't be used.",
				},
				{
					Text: "Both run, in the machine's PID namespace, as if --pid were not there",
					Why:  "True of the shell itself, not of its children: they are born into the new namespace.",
				},
				{
					Text:  "The first runs, as PID 1; the second can't be started: Cannot fork",
					Right: true,
				},
			},
			Explain: "The new PID namespace is for children. The first is its PID 1; when PID 1 has ended, the kernel refuses every further fork into it with ENOMEM.",
		},
		{
			Key: "hostname-refused",
			Ask: "An ordinary user runs unshare --user --map-root-user sh: no --uts. Inside, id says uid=0. What does hostname box do?",
			Choices: []lesson.Choice{
				{
					Text: "It sets the hostname, inside only",
					Why:  "That needs a UTS namespace of one's own, and none was made.",
				},
				{
					Text:  "It is refused: the hostname belongs to the machine's user namespace",
					Right: true,
				},
				{
					Text: "It sets the machine's hostname, for the shell is root",
					Why:  "Then any user could. uid 0 and all its capabilities count only over what this user namespace owns.",
				},
			},
			Explain: "sethostname(2) asks for CAP_SYS_ADMIN in the user namespace that owns the UTS namespace. The shell is still in the machine's, which the machine's user namespace owns.",
		},
		{
			Key: "order-with-chroot",
			Ask: "Why does the lesson run unshare ... chroot ROOT sh, and not chroot ROOT unshare ... sh?",
			Choices: []lesson.Choice{
				{
					Text:  "In a chroot the kernel refuses to make a new user namespace: EPERM",
					Right: true,
				},
				{
					Text: "Namespaces made in a chroot end when the chroot ends",
					Why:  "A root is a pointer of a process and has no end of its own. Namespaces live while a process or a file holds them.",
				},
				{
					Text: "It makes no difference; it only saves copying unshare into the root",
					Why:  "It does save that. But even with unshare inside, the call would fail.",
				},
				{
					Text: "After chroot(2) the shell is PID 1 and may not change its namespaces",
					Why:  "chroot(2) changes no PID; and PID 1 may call unshare(2) like anybody else.",
				},
			},
			Explain: "A user namespace gives its maker CAP_SYS_CHROOT, and with that one could leave the chroot. So the kernel refuses it to a process whose root isn't that of its mount namespace.",
		},
		{
			Key: "map-of-one",
			Ask: "uid_map reads: 0 1000 1. \"Root\" inside creates a file in a directory that belongs to user 1000 outside, and then runs chown 1 on it. What happens?",
			Choices: []lesson.Choice{
				{
					Text: "The file belongs to 0 outside; chown works",
					Why:  "Inside it shows 0, but what is stored is the ID outside. Otherwise any user could make files of root's.",
				},
				{
					Text: "The file belongs to 1000 outside; chown works, and gives it to 1001",
					Why:  "That would be so with a longer map. This one maps a single ID, so 1 inside is nobody outside.",
				},
				{
					Text:  "The file belongs to 1000 outside; chown fails with EINVAL",
					Right: true,
				},
				{
					Text: "The file can't be created: root inside has no rights outside",
					Why:  "Towards files, root inside is user 1000, who owns the directory.",
				},
			},
			Explain: "The map translates one ID: 0 inside is 1000 outside. An ID that the map doesn't hold can't be stored, hence EINVAL.",
		},
		{
			Key: "root-mapped",
			Ask: "The machine's root runs unshare --user --map-root-user sh. The map is 0 0 1. What goes through inside? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text:  "Reading a file of the machine's that has owner root and mode 600",
					Right: true,
				},
				{
					Text: "Setting the machine's hostname",
					Why:  "It is the same user, but not with the same capabilities: they hold only over what the new user namespace owns.",
				},
				{
					Text: "Making a device node for the disk with mknod",
					Why:  "Root outside may, and owns the directory. But mknod(2) wants CAP_MKNOD in the machine's own user namespace.",
				},
				{
					Text:  "Changing that file's mode with chmod",
					Right: true,
				},
			},
			Explain: "Root is mapped to root, so he still owns all of root's files. His capabilities over the machine are gone. A map to an ordinary user takes away both.",
		},
		{
			Key: "setgroups",
			Ask: "Why must an ordinary user write deny to /proc/PID/setgroups before writing gid_map?",
			Choices: []lesson.Choice{
				{
					Text: "setgroups(2) doesn't work in user namespaces",
					Why:  "It does, if somebody privileged wrote the map. It is shut only where an ordinary user writes it.",
				},
				{
					Text: "Otherwise one could add oneself to any group of the machine's",
					Why:  "The map already prevents that: a group that isn't in it can't be named. The trouble is with leaving groups.",
				},
				{
					Text: "The kernel needs to know that no more groups will come before it fixes the map",
					Why:  "Order matters, but not for bookkeeping: the map is written once either way.",
				},
				{
					Text:  "Otherwise one could drop a group, and so open files that shut out that group",
					Right: true,
				},
			},
			Explain: "A file with mode rwx---rwx is shut to its group and open to others. Whoever may leave the group becomes one of the others.",
		},
		{
			Key: "kill-pid-1",
			Ask: "The shell is PID 1 of its PID namespace, 4242 outside, and has no handler for SIGTERM. Which of these ends it?",
			Choices: []lesson.Choice{
				{
					Text: "kill -TERM 1, inside",
					Why:  "It would end any other process. To PID 1 the kernel delivers from inside only signals for which it has a handler.",
				},
				{
					Text: "kill -KILL 1, inside",
					Why:  "SIGKILL can't be caught, so it seems certain. Inside, PID 1 is protected from it: otherwise any process could end the namespace.",
				},
				{
					Text:  "kill -KILL 4242, outside",
					Right: true,
				},
				{
					Text: "kill -TERM 4242, outside",
					Why:  "From outside too, a signal without a handler is not delivered to PID 1. This is why a container may take long to stop: it ignores the polite request.",
				},
			},
			Explain: "Only SIGKILL and SIGSTOP from an outer namespace are forced upon PID 1. When it ends, the kernel kills all other processes in the namespace.",
		},
		{
			Key: "other-loopback",
			Ask: "A web server on the machine listens on 127.0.0.1:8080. In the shell's new network namespace you bring lo up and connect to 127.0.0.1:8080. What happens?",
			Choices: []lesson.Choice{
				{
					Text:  "Connection refused: this lo is another one, and nobody listens there",
					Right: true,
				},
				{
					Text: "It connects: 127.0.0.1 is always this machine",
					Why:  "It is always this network namespace. Each has a lo of its own, with its own ports.",
				},
				{
					Text: "Network is unreachable: there is no device but lo",
					Why:  "That is what you get while lo is down. Once it is up, 127.0.0.1 can be reached; there is just nothing there.",
				},
			},
			Explain: "A network namespace has its own devices, addresses and ports. The server's socket is bound in the machine's namespace and isn't found in this one.",
		},
		{
			Key: "nspid",
			Ask: "Outside, /proc/4242/status of the shell says NSpid: 4242 1. What follows? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text: "There are two processes: the shell inside and its helper outside",
					Why:  "unshare --fork does wait outside, but with a number of its own. This line speaks of one process with two numbers.",
				},
				{
					Text:  "Inside, echo $$ prints 1",
					Right: true,
				},
				{
					Text:  "A signal sent outside to 4242 goes to the shell",
					Right: true,
				},
				{
					Text: "Inside, kill -0 4242 finds the shell as well",
					Why:  "Numbers of an outer namespace mean nothing inside: No such process, unless something inside happens to have that number.",
				},
			},
			Explain: "A process has a number in its PID namespace and in each one above. Above sees below, and never the other way.",
		},
		{
			Key: "not-divided",
			Ask: "The shell has all six new namespaces. What can it still do to the machine's other processes? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text:  "Take CPU time from them, with an endless loop on every CPU",
					Right: true,
				},
				{
					Text: "Rename their host, with hostname",
					Why:  "The UTS namespace prevents just that: what is set inside is seen inside.",
				},
				{
					Text:  "Take memory from them",
					Right: true,
				},
				{
					Text: "Read their System V message queues, if it guesses the key",
					Why:  "In a new IPC namespace the key is looked up in another table, which was empty at first.",
				},
			},
			Explain: "Namespaces decide what can be named. How much of the machine may be used is decided by control groups.",
		},
	}, predictions()...)
}
