package imageexport

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "mounts-left-out",
			Ask: "In its own mount namespace the sandbox has mounted proc at /proc and a tmpfs at /tmp, and has written /tmp/a. Outside, you pack $LAB/rootfs with tar. What does the archive hold of the two?",
			Choices: []lesson.Choice{
				{
					Text: "/proc with all its files, and /tmp/a",
					Why:  "So it would be inside, where the mounts are. tar sees what its own mount namespace shows.",
				},
				{
					Text: "/tmp/a, but not /proc: tar leaves out what isn't on a disk",
					Why:  "tar doesn't ask where files are kept. It reads what it finds under a name, and finds neither.",
				},
				{
					Text: "Neither directory: a mount point is skipped",
					Why:  "--one-file-system skips what is mounted, for one who sees the mount. Outside there is none, just two plain directories.",
				},
				{
					Text:  "Two empty directories, /proc and /tmp",
					Right: true,
				},
			},
			Explain: "Outside, nothing is mounted there. An export so made holds the root and not the mounts, and that is what is wanted.",
		},
		{
			Key: "two-names",
			Ask: "In the root, a and b are two hard links to one file of 10 MB. You write it with tar and unpack it elsewhere. What comes out?",
			Choices: []lesson.Choice{
				{
					Text: "A tar of 20 MB, and two files",
					Why:  "Tools that copy file by file do this, such as cp -r. tar notices that it has met the inode before.",
				},
				{
					Text:  "A tar of 10 MB, and one file with two names",
					Right: true,
				},
				{
					Text: "A tar of 10 MB, and b as a symbolic link to a",
					Why:  "The header of the second does name the first. But its type says hard link, and it is made by link(2).",
				},
			},
			Explain: "The content follows the first name. The second is a header that says: the same as that one. So the first must be unpacked before it.",
		},
		{
			Key: "import-loses",
			Ask: "docker export C | docker import - new. What of the image that C was started from does new no longer have? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text:  "CMD and ENV",
					Right: true,
				},
				{
					Text: "Owners and modes of files",
					Why:  "A tar keeps them in each file's header.",
				},
				{
					Text:  "Its layers and its history",
					Right: true,
				},
				{
					Text: "Files that C wrote since it was started",
					Why:  "The image never had them, and new does: an export is the tree as the container sees it now.",
				},
			},
			Explain: "An export is one flat tree of files. What to run, and how the tree came about, stands in the configuration and the layers, which docker save keeps.",
		},
		{
			Key: "setuid-order",
			Ask: "Root unpacks a program with mode 4755 and owner 0. The unpacker creates the file, sets the mode with chmod(2), then the owner with chown(2). What mode does the file have?",
			Choices: []lesson.Choice{
				{
					Text:  "755",
					Right: true,
				},
				{
					Text: "4755: both were set as the header says",
					Why:  "Each call is right by itself. But the second undoes part of the first.",
				},
				{
					Text: "4755, for the owner didn't change: root made the file",
					Why:  "It seems that nothing is there to be done. The kernel clears the bits at the call, even if the owner stays the same.",
				},
			},
			Explain: "chown(2) clears the set-user-ID bit of a program, so that nobody gets one by accident, and its file capabilities too. Hence: first the owner, then the rest.",
		},
		{
			Key: "owner-unmapped",
			Ask: "User 1000 unpacks a root in a user namespace whose uid_map and gid_map are both 0 1000 1. The archive says that etc/shadow belongs to 0:42. What happens when the unpacker runs chown 0:42 on it?",
			Choices: []lesson.Choice{
				{
					Text: "It works, and outside it shows 1000:42",
					Why:  "0 inside would be 1000 outside. But 42 is nobody in this map, and so it can't be stored.",
				},
				{
					Text: "EPERM: only the machine's root may call chown",
					Why:  "Root of a user namespace may, among the IDs that its map holds.",
				},
				{
					Text:  "EINVAL: group 42 isn't in the map",
					Right: true,
				},
				{
					Text: "It works, and inside and outside it shows 0:42",
					Why:  "It can't be 0 outside: otherwise any user could make files of root's.",
				},
			},
			Explain: "With one ID mapped, all files of an unpacked root must belong to that one. Rootless engines therefore map many, with the help of newuidmap(1).",
		},
		{
			Key: "link-escape",
			Ask: "An unpacker runs as root. It refuses names that begin with a slash or contain \"..\", and otherwise opens each name below the target. An archive holds x, a symbolic link to /etc, and then a plain file x/passwd. What happens?",
			Choices: []lesson.Choice{
				{
					Text: "It is refused: the link leads outside",
					Why:  "It should be. But this unpacker looks at names, and /etc is no name of an entry: it is the text of a link.",
				},
				{
					Text:  "The machine's /etc/passwd is overwritten",
					Right: true,
				},
				{
					Text: "The new root's etc/passwd is overwritten",
					Why:  "That is what the link would mean to somebody inside. The unpacker stands outside, and its own root counts.",
				},
				{
					Text: "x becomes a directory that holds passwd",
					Why:  "A careful unpacker might replace the link. This one opens x/passwd, and the kernel follows x.",
				},
			},
			Explain: "Two harmless names make one that isn't. An absolute link is followed from the root of whoever follows it.",
		},
		{
			Key: "stays-inside",
			Ask: "While you unpack, somebody else may change links in the target. What keeps every file inside? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text:  "Open each parent directory by openat2(2) with RESOLVE_IN_ROOT, and create the file in it without following links",
					Right: true,
				},
				{
					Text: "Resolve the path with realpath(3), check that it begins with the target, then open it",
					Why:  "Right at the moment of the check. Between check and open a directory can become a link.",
				},
				{
					Text: "Unpack the symbolic links last",
					Why:  "It helps against the archive alone, and GNU tar does something like it. The links here are another's.",
				},
				{
					Text:  "Call chroot(2) to the target, chdir(\"/\"), and unpack there",
					Right: true,
				},
			},
			Explain: "Looking up and opening must be one act, within the root. A check beforehand can be outrun; docker cp was, in CVE-2018-15664.",
		},
		{
			Key: "seek-in-gzip",
			Ask: "You want one small file out of a root.tar.gz of 10 GB. What must tar read?",
			Choices: []lesson.Choice{
				{
					Text: "The list at the end, then just that file",
					Why:  "zip has such a list. tar has none: it was made for tapes.",
				},
				{
					Text: "All headers, jumping over the contents",
					Why:  "In a plain tar on a disk it could, for headers tell the size. Through gzip there is no jumping.",
				},
				{
					Text:  "Everything before it, and by default everything after it as well",
					Right: true,
				},
			},
			Explain: "An archive without an index is read from the beginning. It goes on to the end, since a later entry of the same name would replace the first.",
		},
		{
			Key: "file-capability",
			Ask: "A program in the root has the file capability cap_net_raw. Root packs with tar --xattrs -c and unpacks with tar --xattrs -x, GNU's. What has become of the capability?",
			Choices: []lesson.Choice{
				{
					Text: "It works as before",
					Why:  "The option stands on both sides, so one would think so. On unpacking it brings back only attributes called user.",
				},
				{
					Text:  "It is in the archive, but not on the unpacked file",
					Right: true,
				},
				{
					Text: "It isn't even in the archive: a capability is no attribute",
					Why:  "It is one, called security.capability, and packing keeps them all.",
				},
				{
					Text: "It is part of the mode, so it would be kept without the option too",
					Why:  "The set-user-ID bit is part of the mode. Capabilities came decades later and are stored apart.",
				},
			},
			Explain: "GNU tar unpacks other attributes only with --xattrs-include='*', or a narrower pattern such as security.*.",
		},
		{
			Key: "hole",
			Ask: "A file of 1 GB in the root is a hole but for 1 MB; on disk it takes 1 MB. You pack with tar -c and unpack with tar -x, without further options. What holds? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text: "The tar takes about 1 MB",
					Why:  "It would with -S, or after compression. Plain tar reads the hole as zeros and writes them out.",
				},
				{
					Text:  "The tar takes about 1 GB",
					Right: true,
				},
				{
					Text:  "The unpacked file takes about 1 GB on disk",
					Right: true,
				},
				{
					Text: "The unpacked file differs from the first when read",
					Why:  "A hole reads as zeros, and zeros are what is there now. Only the space differs.",
				},
			},
			Explain: "A hole can't be told from zeros by reading. Whoever packs must ask the file system where the holes are.",
		},
	}, predictions()...)
}
