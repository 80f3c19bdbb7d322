package cgroupmemory

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "status-137",
			Ask: "A program in a group with a limit has ended, and the shell says that its exit status is 137. What is certain?",
			Choices: []lesson.Choice{
				{
					Text: "The group ran out of memory",
					Why:  "It is the usual suspect, but anybody may have sent the signal: docker stop does, when its patience is over.",
				},
				{
					Text:  "It was ended by SIGKILL, whoever sent it",
					Right: true,
				},
				{
					Text: "It asked for memory, was refused, and gave up with an error",
					Why:  "Then it would have chosen its exit status itself. A limit refuses nothing in that way: it kills.",
				},
				{
					Text: "It touched an address that it doesn't have",
					Why:  "That is SIGSEGV, signal 11, and so status 139.",
				},
			},
			Explain: "137 is 128 + 9, and 9 is SIGKILL. Whether the OOM killer sent it is told by oom_kill, in memory.events or memory.oom_control.",
		},
		{
			Key: "untouched-memory",
			Ask: "A group may use 80 MB, without swap. On a machine with plenty of memory a program in it calls malloc for 200 MB, and touches none of it yet. What happens?",
			Choices: []lesson.Choice{
				{
					Text: "malloc returns NULL",
					Why:  "Under ulimit -v it would, for that limits addresses. A cgroup counts pages, and there are none yet.",
				},
				{
					Text: "The program is killed in malloc",
					Why:  "It will be killed, but not here: first it must touch more than the group may have.",
				},
				{
					Text: "malloc waits until memory is free in the group",
					Why:  "CPU time is rationed like that. Nobody need ever free any memory, so waiting might last for ever.",
				},
				{
					Text:  "malloc succeeds, and the group's usage hardly changes",
					Right: true,
				},
			},
			Explain: "malloc gets addresses. Memory is taken page by page when they are touched, and only then is it charged.",
		},
		{
			Key: "page-cache",
			Ask: "In a group with a limit of 80 MB you run cat on a file of 1 GB on disk, into /dev/null. What happens?",
			Choices: []lesson.Choice{
				{
					Text:  "It goes through; usage climbs to about 80 MB and stays there",
					Right: true,
				},
				{
					Text: "cat is killed once 80 MB of the file are in the cache",
					Why:  "The cache does count. But pages that are the same on disk can be dropped, and that is tried first.",
				},
				{
					Text: "It goes through; usage stays near 0, for cache belongs to the machine",
					Why:  "The kernel may drop it at any time, so it seems to be nobody's. But it is charged to the group that brought it in.",
				},
				{
					Text: "read(2) fails with ENOMEM after 80 MB",
					Why:  "It would be a polite way of refusing. There is nothing to refuse, since older pages make room.",
				},
			},
			Explain: "Page cache is charged and reclaimed. That is why usage at the limit is no sign of trouble by itself.",
		},
		{
			Key: "tmpfs-charged",
			Ask: "A group may use 80 MB, without swap. A process in it writes 200 MB to a file in a tmpfs, and is killed. What now? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text: "The memory was freed with the process",
					Why:  "True of its heap. A file is not part of a process: it belongs to the file system.",
				},
				{
					Text:  "The file is there, nearly 80 MB long",
					Right: true,
				},
				{
					Text: "The next process in the group runs well: the kernel drops the file from its cache",
					Why:  "memory.stat does count it as cache, or file. But nothing on a disk holds the same data, so it can't be dropped.",
				},
				{
					Text:  "The group has no process, and is nearly full",
					Right: true,
				},
			},
			Explain: "A tmpfs file stays charged to the group that wrote it until it is deleted or the tmpfs unmounted. Without swap, nothing can be taken back.",
		},
		{
			Key: "who-is-killed",
			Ask: "In a group with a limit of 80 MB and no swap, A sleeps and holds 60 MB. B begins to grow, and at 20 MB the limit is met. Outside the group, C holds 4 GB. Nobody's oom_score_adj was changed. Who is killed?",
			Choices: []lesson.Choice{
				{
					Text: "B: it asked for the page that was too much",
					Why:  "It would be just. But the OOM killer wants to free memory, not to punish.",
				},
				{
					Text: "C: it is the biggest",
					Why:  "The biggest of the machine. When a group meets its limit, only its own processes are looked at.",
				},
				{
					Text:  "A: it is the biggest in the group",
					Right: true,
				},
				{
					Text: "A and B: the group is killed as a whole",
					Why:  "In version 2 one may ask for this, by memory.oom.group. It is off by default.",
				},
			},
			Explain: "The OOM killer takes the process that frees the most, corrected by oom_score_adj. An innocent one may well be it.",
		},
		{
			Key: "swap-unsaid",
			Ask: "A group has a limit of 80 MB; nothing is said about swap, and the machine has 1 GB of it, unused. A hog in the group takes 120 MB and then sleeps. What happens?",
			Choices: []lesson.Choice{
				{
					Text: "It is killed at 80 MB",
					Why:  "Where there is no swap, or none allowed, it is. Here the kernel has somewhere to put pages.",
				},
				{
					Text:  "It lives, with some 40 MB of it in swap",
					Right: true,
				},
				{
					Text: "It is killed at 160 MB, and so it lives for now",
					Why:  "Twice the limit is what Docker sets when only --memory is given. The kernel by itself limits swap not at all.",
				},
			},
			Explain: "memory.max and memory.limit_in_bytes count memory only. Swap has its own limit: memory.swap.max, or memory.memsw.limit_in_bytes for both together.",
		},
		{
			Key: "no-swap",
			Ask: "The machine has swap. With which options may a container use 80 MB of memory and no swap at all?",
			Choices: []lesson.Choice{
				{
					Text: "--memory 80m",
					Why:  "The natural guess. But without --memory-swap Docker allows as much swap again: 160 MB in all.",
				},
				{
					Text: "--memory 80m --memory-swap 0",
					Why:  "It reads like no swap. Docker takes 0 for not set, and then it is 160 MB in all.",
				},
				{
					Text: "--memory 80m --memory-swap -1",
					Why:  "-1 stands for no limit: all the swap that the machine has.",
				},
				{
					Text:  "--memory 80m --memory-swap 80m",
					Right: true,
				},
			},
			Explain: "--memory-swap is the sum of memory and swap, as in version 1. A sum equal to the memory leaves nothing for swap; version 2 gets memory.swap.max 0.",
		},
		{
			Key: "moved-charge",
			Ask: "A process uses 60 MB. You write its PID to cgroup.procs of a new group whose limit is 20 MB. What happens?",
			Choices: []lesson.Choice{
				{
					Text: "It is killed: 60 is more than 20",
					Why:  "It would be, had it touched those pages in this group. What it has is charged elsewhere.",
				},
				{
					Text: "The write fails with EBUSY, for it doesn't fit",
					Why:  "EBUSY is what version 1 says when a limit is lowered below what is in use. Moving a process moves no memory.",
				},
				{
					Text:  "Nothing: its 60 MB remain charged to its old group",
					Right: true,
				},
				{
					Text: "40 MB of it are swapped out",
					Why:  "The kernel reclaims when usage in this group would exceed the limit. It is near 0.",
				},
			},
			Explain: "Pages stay with the group that was charged first; only new ones count here. So a container's first process is moved before it begins to work.",
		},
		{
			Key: "memory-high",
			Ask: "Version 2. memory.high is 40 MB, memory.max 80 MB, and there is no swap. A hog grows as fast as it can. What do you see within the first seconds?",
			Choices: []lesson.Choice{
				{
					Text: "It is killed at 40 MB",
					Why:  "memory.high never kills. Only memory.max does.",
				},
				{
					Text:  "It becomes very slow a little above 40 MB, and the counter high grows",
					Right: true,
				},
				{
					Text: "It passes 40 MB unhindered, and is killed at 80 MB",
					Why:  "That would be so if high were a threshold for a warning. The kernel holds up whoever goes past it.",
				},
				{
					Text: "It stops dead at 40 MB until memory.high is raised",
					Why:  "It is the kernel's aim to give somebody outside the time for that. But the process goes on, slowly, and the limit may be exceeded.",
				},
			},
			Explain: "Above memory.high the kernel makes the group's processes reclaim, and sleep. That leaves time to see memory.events and to do something.",
		},
		{
			Key: "pressure",
			Ask: "The limit is 80 MB, usage 79 MB, and there is no swap. What shows that the group is really short of memory? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text: "That usage is so near the limit",
					Why:  "It looks alarming. But a group that has read enough files is always there, and its cache can be dropped.",
				},
				{
					Text:  "memory.stat: anon (version 1: rss) is 75 MB",
					Right: true,
				},
				{
					Text:  "oom_kill grows",
					Right: true,
				},
				{
					Text: "free, run inside, shows hardly any free memory",
					Why:  "free reads /proc/meminfo, which is about the machine, wherever it is run.",
				},
			},
			Explain: "What matters is how much can't be taken back. Without swap that is anonymous memory, tmpfs and most of the kernel's own.",
		},
	}, predictions()...)
}
