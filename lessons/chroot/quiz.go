package chroot

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "relative-path",
			Ask: "A program stands in $LAB. It calls chroot(\"rootfs\"), nothing more, and then opens the relative path \"outside.txt\". What happens?",
			Choices: []lesson.Choice{
				{
					Text: "ENOENT: outside.txt is not in the new root",
					Why:  "True of /outside.txt. A relative path does not start at the root but at the working directory, and chroot(2) left that where it was.",
				},
				{
					Text: "EACCES: the kernel guards everything outside the root",
					Why:  "It sounds like what a wall would say, but chroot(2) checks no access. It only changes where a leading slash leads.",
				},
				{
					Text:  "It opens $LAB/outside.txt",
					Right: true,
				},
				{
					Text: "It opens $LAB/rootfs/outside.txt if there is one",
					Why:  "It would if chroot(2) also moved the working directory into the new root. It doesn't; that takes a chdir(\"/\").",
				},
			},
			Explain: "The working directory is still $LAB, outside the new root, and relative paths start there. That is why chdir(\"/\") belongs to every chroot(2).",
		},
		{
			Key: "dot-dot",
			Ask: "The shell in the new root stands in / and runs: cat ../../../etc/hostname. The new root has no /etc/hostname; the machine has one. What happens?",
			Choices: []lesson.Choice{
				{
					Text:  "No such file or directory: .. at the root is the root itself",
					Right: true,
				},
				{
					Text: "It prints the machine's file: three times .. climbs out of the new root",
					Why:  "Climbing is how an escape ends, but it works only for one who stands outside the new root already. Inside, the lookup stops at the root.",
				},
				{
					Text: "Permission denied: .. may not be used at a changed root",
					Why:  ".. is allowed, at every root. It merely leads back to the same directory, as it does on any machine.",
				},
			},
			Explain: "When a lookup meets the process's root, .. stays there. So the path means /etc/hostname in the new root, and that doesn't exist.",
		},
		{
			Key: "no-such-file",
			Ask: "You copy /bin/sh, which is dynamically linked, to $LAB/rootfs/bin/sh and nothing else. Then chroot \"$LAB/rootfs\" /bin/sh says: No such file or directory. Which file is it that the kernel can't find?",
			Choices: []lesson.Choice{
				{
					Text: "/bin/sh: it must be copied before the root is changed, and by root",
					Why:  "The message names /bin/sh, which is why this misleads. The file is there, and the kernel did open it: it read in it what to load next.",
				},
				{
					Text: "libc.so.6: the library that every program needs",
					Why:  "It is missing too, but the kernel never looks for libraries; the loader does, and it would name the library in its message. Things don't get that far.",
				},
				{
					Text: "/proc/self/exe: without /proc no program starts",
					Why:  "Some programs miss /proc later. The kernel itself needs it for no execve(2).",
				},
				{
					Text:  "The loader that /bin/sh names, such as /lib64/ld-linux-x86-64.so.2",
					Right: true,
				},
			},
			Explain: "execve(2) reads the loader's path from the program's ELF header, looks it up in the new root, and returns ENOENT if it isn't there.",
		},
		{
			Key: "shared",
			Ask: "Root starts a shell in the new root, by chroot(2) alone: no namespace is made. What does this shell still share with the machine? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text:  "Processes: kill with a PID of the machine's reaches that process",
					Right: true,
				},
				{
					Text:  "The network: a connection to 127.0.0.1 reaches the machine's services",
					Right: true,
				},
				{
					Text: "Names of files: /etc/passwd is the machine's own",
					Why:  "This is the one thing that chroot(2) does change: a path that starts with a slash is now looked up in the new root.",
				},
				{
					Text:  "The hostname: what root sets inside, the whole machine has",
					Right: true,
				},
			},
			Explain: "chroot(2) changes how paths are looked up and nothing else. Processes, network and hostname are not reached through paths; they need namespaces.",
		},
		{
			Key: "symbolic-link",
			Ask: "Inside, you make a symbolic link: ln -s /etc/hostname /x. Both the machine and the new root have an /etc/hostname. Who reads what?",
			Choices: []lesson.Choice{
				{
					Text: "Both read the new root's file, for the link was made there",
					Why:  "A symbolic link doesn't remember where it was made. It is only a text: /etc/hostname.",
				},
				{
					Text:  "cat /x inside reads the new root's; cat $LAB/rootfs/x outside reads the machine's",
					Right: true,
				},
				{
					Text: "Both read the machine's file: a link gets through the root",
					Why:  "A hard link would, as it is another name for the same inode. A symbolic link is followed by name, from the root of whoever follows it.",
				},
				{
					Text: "Outside it can't be followed: the link is valid only inside",
					Why:  "Links belong to no root. Outside it works well, and that is the danger: it leads to a file of the machine's.",
				},
			},
			Explain: "An absolute link is looked up from the root of the process that follows it. So tools that work on a container's files from outside must not follow its links blindly.",
		},
		{
			Key: "hard-link",
			Ask: "Before the shell starts, you make a hard link on the same file system: ln \"$LAB/outside.txt\" \"$LAB/rootfs/h\". Inside: cat /h. What happens?",
			Choices: []lesson.Choice{
				{
					Text: "ENOENT: the file lies outside the root",
					Why:  "Its first name lies outside. /h is a second name for the same inode, as good as the first, and it lies inside.",
				},
				{
					Text: "EXDEV: a link across a root is refused",
					Why:  "EXDEV is what link(2) returns across file systems or mounts. A root is neither, and the link was made before anyway.",
				},
				{
					Text:  "It prints outside.txt: the inode has a name inside",
					Right: true,
				},
			},
			Explain: "chroot(2) takes away names, not files. Whatever gets a name inside, by a hard link or a bind mount, can be reached.",
		},
		{
			Key: "only-privileged",
			Ask: "Why does the kernel let only a process with CAP_SYS_CHROOT choose a new root?",
			Choices: []lesson.Choice{
				{
					Text:  "A user could give a set-user-ID program a false /etc/passwd or a false library",
					Right: true,
				},
				{
					Text: "In a new root a user could read files that they may not read outside",
					Why:  "It sounds like a matter of secrets, but a new root only takes names away. Owners and modes hold there just as before.",
				},
				{
					Text: "A new root costs kernel memory that users could exhaust",
					Why:  "Many calls are guarded for that reason. A root is only a pointer that every process has already.",
				},
				{
					Text: "A user could change the root of other users' processes",
					Why:  "The call sets the root of the calling process, and its children inherit it. Others are not touched.",
				},
			},
			Explain: "Programs such as su run as root and trust what they find under /etc and /lib. Whoever chooses the root would choose what they trust.",
		},
		{
			Key: "open-pipe",
			Ask: "The shell's standard input is the named pipe $LAB/in. Inside, cat /in fails with ENOENT, for the pipe lies outside the root. Why do your commands still arrive?",
			Choices: []lesson.Choice{
				{
					Text: "The kernel copies open files into the new root",
					Why:  "Nothing is copied: ls inside shows no such file.",
				},
				{
					Text:  "The pipe was opened before; a descriptor needs no path any more",
					Right: true,
				},
				{
					Text: "Pipes live in memory, so they have no place in the tree",
					Why:  "The data lie in memory, but a named pipe does have a name in the tree. The same would go for a plain file, or a directory.",
				},
				{
					Text: "Standard input, output and error are exempt from chroot(2)",
					Why:  "Nothing is special about 0, 1 and 2. Every descriptor that was open stays open.",
				},
			},
			Explain: "chroot(2) closes nothing. That is useful here; but a forgotten descriptor of a directory outside is a way out by fchdir(2).",
		},
		{
			Key: "order-of-privileges",
			Ask: "A server starts as root and wants to lock itself into DIR, then work as an ordinary user. Which order holds?",
			Choices: []lesson.Choice{
				{
					Text: "setuid(USER), chroot(DIR), chdir(\"/\")",
					Why:  "Giving up privilege early looks prudent, but then chroot(2) fails with EPERM, and a server that doesn't check goes on unlocked.",
				},
				{
					Text: "chroot(DIR), setuid(USER)",
					Why:  "Nearly. But the working directory has stayed outside, and relative paths start there.",
				},
				{
					Text: "chroot(DIR), chdir(\"/\"), and stay root, to be able to undo it",
					Why:  "Whoever may undo it may leave: root can make a second root, stand outside of it and climb out.",
				},
				{
					Text:  "chroot(DIR), chdir(\"/\"), setgroups, setgid, setuid(USER)",
					Right: true,
				},
			},
			Explain: "The root while it is still allowed, then the working directory, then groups before the user, for afterwards there is no right left to change them.",
		},
		{
			Key: "same-file",
			Ask: "The shell inside has written /inside.txt. What is true of $LAB/rootfs/inside.txt, seen from outside? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text: "It is a copy, made when the shell ends",
					Why:  "Containers are often pictured like this. Here nothing is copied, ever: there is one file.",
				},
				{
					Text:  "It has the same inode number as /inside.txt has inside",
					Right: true,
				},
				{
					Text: "It is there only while the shell runs",
					Why:  "That is how mounts in a namespace of their own behave. Here an ordinary file was written to the disk under $LAB.",
				},
				{
					Text:  "If you delete it outside, it is gone inside",
					Right: true,
				},
			},
			Explain: "One file, two ways to name it. The root decides where the path starts, not where the file lies.",
		},
	}, predictions()...)
}
