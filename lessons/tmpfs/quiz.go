package tmpfs

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "where-it-lies",
			Ask: "Where do the contents of a file on a tmpfs lie?",
			Choices: []lesson.Choice{
				{Text: "In the memory of the process that wrote it", Why: "Then they would go with the process. They stay when it ends: they are the kernel's pages, not the program's."},
				{Text: "In pages of the kernel's page cache, which no disk stands behind", Right: true},
				{Text: "In a file below /tmp of the machine's", Why: "The name misleads. /tmp may be a tmpfs; a tmpfs is no directory of /tmp's."},
			},
			Explain: "A tmpfs is the page cache without a disk. Only swap can bring its pages to one.",
		},
		{
			Key: "swap",
			Ask: "A machine has swap on a plain partition. What must be done so that a key in a container's tmpfs is never found on a disk? (Several would do.)",
			Choices: []lesson.Choice{
				{Text: "Encrypt the swap, or turn it off", Right: true},
				{Text: "Mount the tmpfs with noswap (Linux 6.4)", Right: true},
				{Text: "Mount it with mode=0400", Why: "That is about who may open the directory. Pages that are swapped out are not asked for their mode."},
				{Text: "Delete the file before the container ends", Why: "If the page was swapped out meanwhile, it is there. Deleting frees the slot and wipes nothing on the disk."},
			},
			Explain: "The kernel may swap out the pages of a tmpfs like those of a program.",
		},
		{
			Key: "who-reads",
			Ask: "A container runs with --tmpfs /secret. Who can read what is in it? (Several are right.)",
			Choices: []lesson.Choice{
				{Text: "The container's processes, as far as owner and mode allow", Right: true},
				{Text: "Root on the machine, through /proc/PID/root/secret", Right: true},
				{Text: "Another container that mounts a tmpfs at /secret", Why: "Each mount(2) of type tmpfs makes a new, empty one. To share one it must be bound."},
				{Text: "Whoever opens that directory of the image on the disk", Why: "There lies what the mount covers: an empty directory."},
			},
			Explain: "It is kept from the disk, not from root.",
		},
		{
			Key: "charged",
			Ask: "A container may use 80 MB (--memory) and has a tmpfs without a size. Its program writes a file of 200 MB there. What happens?",
			Choices: []lesson.Choice{
				{Text: "write(2) fails with ENOSPC at 80 MB", Why: "ENOSPC comes from the tmpfs's own size, and it has none. The group's limit knows nothing of files."},
				{Text: "Nothing: files are no memory of the program's", Why: "Pages of the page cache are charged too. Those with a disk behind them can be dropped when it gets tight. These can't."},
				{Text: "The kernel kills a process of the group", Right: true},
			},
			Explain: "The pages are charged to the control group of whoever wrote them, and can't be written out to make room. A size turns the kill into an error.",
		},
		{
			Key: "restart",
			Ask: "docker restart is called on a container with --tmpfs /cache. What is in /cache afterwards?",
			Choices: []lesson.Choice{
				{Text: "What was there before", Why: "The files of the container's root are: they are in its upper directory. The mount namespace was a new one, and so was the tmpfs."},
				{Text: "Nothing", Right: true},
				{Text: "What the image has at /cache", Why: "Only volumes are filled from the image. The tmpfs covers it."},
			},
			Explain: "The mount went with the mount namespace, and a tmpfs goes with its last mount.",
		},
		{
			Key: "which-for-what",
			Ask: "A program keeps its lock file and a socket in /run, and its database in /data. The container is to have a read-only root. What is the right choice?",
			Choices: []lesson.Choice{
				{Text: "A tmpfs for both", Why: "Then the database is gone with the container."},
				{Text: "A tmpfs for /run, a volume for /data", Right: true},
				{Text: "A volume for both", Why: "The lock would outlive the process that held it, and the next start would find it taken. It is the reason why /run is a tmpfs everywhere."},
			},
			Explain: "What must end with the container belongs into memory, what must outlive it into a volume.",
		},
	}, predictions()...)
}
