package cgroupcpu

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "five-percent",
			Ask: "On a machine with four CPUs yes is to get 5 % of all of them, which top shows as 20 %. Which of these does that? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text:  "Version 1: 100000 in cpu.cfs_period_us and 20000 in cpu.cfs_quota_us",
					Right: true,
				},
				{
					Text:  "Version 2: echo 20000 100000 > cpu.max",
					Right: true,
				},
				{
					Text: "Version 2: echo 20 > cpu.weight",
					Why:  "20 looks like the percentage. But a weight is no ceiling: on an idle machine yes would still have a whole CPU.",
				},
				{
					Text: "docker run --cpus 0.05",
					Why:  "It reads like 5 %, and it is, of one CPU. Docker counts CPUs; a fifth of one is --cpus 0.2.",
				},
			},
			Explain: "The quota is CPU time in a period, whatever CPUs it is spent on: 5000 microseconds for each of the four, in 100000.",
		},
		{
			Key: "not-a-member",
			Ask: "yes runs, started by your shell. You make a group and write the quota; it reads back as written. The meter stays at 100 %, and nr_periods at 0. What is wrong?",
			Choices: []lesson.Choice{
				{
					Text: "yes must be started anew: a limit holds only for processes that start after it",
					Why:  "Starting it inside would help, but only because it would then be in the group. Limits take effect at once on whoever is there.",
				},
				{
					Text: "The machine is idle: a quota counts only when others want the CPU",
					Why:  "That is how a weight behaves. A quota is a ceiling, on an idle machine too.",
				},
				{
					Text:  "yes isn't in the group: its PID has not been written to cgroup.procs",
					Right: true,
				},
				{
					Text: "cpu.shares or cpu.weight must be set as well",
					Why:  "Both have defaults, and a quota works without them.",
				},
			},
			Explain: "A limit binds the processes in the group, and nobody is in a new group. /proc/PID/cgroup tells which groups a process is in.",
		},
		{
			Key: "two-hogs",
			Ask: "A group has a quota of 10 % of a CPU, and one yes in it. You start a second yes in the same group, on a machine with two CPUs. What do they get?",
			Choices: []lesson.Choice{
				{
					Text:  "About 10 % together",
					Right: true,
				},
				{
					Text: "10 % each: the quota is for each process",
					Why:  "ulimit works so, process by process. A cgroup's limits are for all of its processes together.",
				},
				{
					Text: "10 % each, if they run on different CPUs",
					Why:  "The kernel does hand out the quota to CPUs in slices, but from one pool for the group.",
				},
				{
					Text: "The first 10 %, the second nothing: the quota is used up",
					Why:  "It is used up, but anew in each period, and by both.",
				},
			},
			Explain: "A group is limited as one. Whoever starts more processes in it only divides the same quota further.",
		},
		{
			Key: "weights",
			Ask: "On a machine with one CPU, group A has weight 100 and group B weight 300; there are no quotas, and nothing else to do. What holds? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text:  "One hog in A and one in B: A gets 25 %",
					Right: true,
				},
				{
					Text: "One hog in A and three in B: A gets 10 %",
					Why:  "1 to 9 would follow if the weight counted for each process. It counts for the group, so it is still 1 to 3.",
				},
				{
					Text: "One hog in A, and B asleep: A gets 25 %",
					Why:  "That is what a quota would do. A weight keeps nothing free for somebody who doesn't want it.",
				},
				{
					Text:  "One hog in A, and B asleep: A gets 100 %",
					Right: true,
				},
			},
			Explain: "Weights are compared among the groups that want the CPU at this moment. They divide it; they limit nobody who is alone.",
		},
		{
			Key: "processors",
			Ask: "On a machine with four CPUs a process runs in a group whose quota is 20 % of one CPU. What does getconf _NPROCESSORS_ONLN print inside?",
			Choices: []lesson.Choice{
				{
					Text: "1: the quota, rounded up",
					Why:  "Newer runtimes reckon like this for their threads, and rightly. But they read the quota themselves; this command doesn't.",
				},
				{
					Text: "0: less than one CPU is left",
					Why:  "All four are left, each for a short time in every period.",
				},
				{
					Text:  "4",
					Right: true,
				},
			},
			Explain: "A quota takes away time, not CPUs. Who sizes thread pools by the number of CPUs starts too many threads here; cpuset would take CPUs away.",
		},
		{
			Key: "children-move",
			Ask: "Shell P has started a child, S. You write P's PID to cgroup.procs of a new group. Then P starts another child, T. Who is in the group?",
			Choices: []lesson.Choice{
				{
					Text: "P, S and T",
					Why:  "S descends from P, but what counts is where P was when S was born.",
				},
				{
					Text: "P alone: each process must be moved by its own PID",
					Why:  "True for S, which is there already. A new child doesn't start at the root: it starts where its parent is.",
				},
				{
					Text: "T alone: P may not leave the group it was born in",
					Why:  "Any process can be moved, by whoever may write the two groups' files.",
				},
				{
					Text:  "P and T",
					Right: true,
				},
			},
			Explain: "fork(2) puts the child in its parent's group. Moving the parent later moves nobody else, so a container's first process is moved before it has children.",
		},
		{
			Key: "throttled-server",
			Ask: "A server with eight busy threads runs with --cpus 1 on eight CPUs. Some requests wait nearly 90 ms, though on average the quota seems enough. Why?",
			Choices: []lesson.Choice{
				{
					Text: "All threads are kept on one CPU and queue there",
					Why:  "--cpus sounds like a number of CPUs to run on. That is --cpuset-cpus; a quota may be spent on all eight.",
				},
				{
					Text:  "Together they spend 100 ms of quota in 12.5 ms, then all wait for the next period",
					Right: true,
				},
				{
					Text: "Each thread runs at an eighth of a CPU's speed, evenly",
					Why:  "On average, yes. But the kernel doesn't slow threads: it runs them at full speed, and then not at all.",
				},
			},
			Explain: "In each 100 ms the group has 100 ms to spend, and eight threads spend eight at a time. nr_throttled and the throttled time in cpu.stat show it.",
		},
		{
			Key: "nested-quota",
			Ask: "Group A has a quota of 10 % of a CPU. Its child B has none. A hog runs in B. What do you see? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text:  "The hog gets 10 %",
					Right: true,
				},
				{
					Text: "The hog gets a whole CPU: its own group has no limit",
					Why:  "No limit of its own. What is above holds for everything below.",
				},
				{
					Text:  "nr_throttled grows in A",
					Right: true,
				},
				{
					Text: "nr_throttled grows in B",
					Why:  "The hog is in B, and stands still. But it is A's quota that ran out, and A that counts it.",
				},
			},
			Explain: "Limits hold down the tree. A container may be throttled by a group above, and its own cpu.stat then says nothing of it.",
		},
		{
			Key: "inner-processes",
			Ask: "Version 2. Group G has your shell in it. You type mkdir G/c and echo +memory > G/cgroup.subtree_control. What happens?",
			Choices: []lesson.Choice{
				{
					Text: "It works; the shell is moved to c",
					Why:  "That would be helpful, but the kernel moves nobody by itself. You would have to move the shell first.",
				},
				{
					Text: "It works; the shell and c share what G has",
					Why:  "So it is in version 1. Nobody could say there how a process and a group should share, and version 2 drew the consequence.",
				},
				{
					Text:  "mkdir works; the write fails with EBUSY",
					Right: true,
				},
				{
					Text: "mkdir fails: a group with processes can't have children",
					Why:  "It can, as long as it hands no such controller on to them.",
				},
			},
			Explain: "A group that hands memory on to its children may hold no processes itself, unless it is the root. Move them to a child first, then write.",
		},
		{
			Key: "quota-alone",
			Ask: "The only limit that an ordinary user's process has is a quota of 5 %. What can it still do? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text:  "Fill the machine's memory",
					Right: true,
				},
				{
					Text: "Use a whole CPU as long as nobody else wants it",
					Why:  "With a low weight it could. A quota holds on an idle machine too.",
				},
				{
					Text: "Leave the group by starting a child",
					Why:  "Children are born in their parent's group, and to move one takes the right to write the other group's files.",
				},
				{
					Text:  "Start processes until no more can be started",
					Right: true,
				},
			},
			Explain: "Each controller limits its own resource. Memory and the number of processes have their own, memory and pids.",
		},
	}, predictions()...)
}
