package pause

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "versus-stop",
			Ask: "What tells docker pause from kill -STOP to each process? (Several are right.)",
			Choices: []lesson.Choice{
				{Text: "The processes can't notice it: no signal comes, and no parent is told", Right: true},
				{Text: "It catches all of the group, those too that fork meanwhile", Right: true},
				{Text: "It gives their memory back", Why: "Memory is not touched by either. A paused container holds all that it had."},
				{Text: "Only the freezer can stop a program that ignores signals", Why: "SIGSTOP can't be ignored or caught either."},
			},
			Explain: "A shell sees its child stopped by SIGSTOP, and a debugger too; SIGCONT from anybody wakes it. The freezer is a matter of the group and of the kernel.",
		},
		{
			Key: "memory-paused",
			Ask: "A container uses 500 MB and one CPU. What does it use while it is paused?",
			Choices: []lesson.Choice{
				{Text: "500 MB, and no CPU time", Right: true},
				{Text: "Nothing: its memory is saved to disk", Why: "That would be a checkpoint (CRIU), which can be moved to another machine, too. Pausing saves nothing."},
				{Text: "500 MB, and the CPU time of an idle program", Why: "A program that is idle wakes now and then. A frozen one does not run a single instruction."},
				{Text: "Less and less: the kernel takes the memory of frozen processes first", Why: "It takes pages back where memory is short, of whoever used them least lately. That they are frozen is not asked."},
			},
			Explain: "Frozen processes keep memory, files, sockets and locks. Somebody who waits for such a lock waits, too.",
		},
		{
			Key: "kill-v1",
			Ask: "On cgroup v1, root sends SIGKILL to a frozen process. What happens?",
			Choices: []lesson.Choice{
				{Text: "It ends at once, as SIGKILL can't be held up", Why: "No program can hold it up. But ending is something that the process does itself, in the kernel, and there it is frozen."},
				{Text: "kill(2) fails with EBUSY", Why: "kill(2) only notes the signal, and says 0. It never waits for what comes of it."},
				{Text: "The signal waits; the process ends when it is thawed", Right: true},
				{Text: "The group is thawed, and the process ends", Why: "The kernel doesn't; docker kill does it for you."},
			},
			Explain: "It is seen in SigPnd and ShdPnd. Version 2 was made so that frozen processes can be killed, traced and moved.",
		},
		{
			Key: "fork-freezing",
			Ask: "freezer.state reads FREEZING for seconds, not FROZEN. What is the likeliest reason?",
			Choices: []lesson.Choice{
				{Text: "The group has too many processes", Why: "Thousands freeze within milliseconds: each needs only to come to its next safe point."},
				{Text: "A process is inside the kernel, where it can't stop: it waits for a disk or a network file system", Right: true},
				{Text: "A process handles the signal that asks it to stop", Why: "There is no signal that a program could handle."},
			},
			Explain: "A process stops where it would go back to its program, or where a sleep in the kernel allows it. In an uninterruptible wait it gets there late, or never.",
		},
		{
			Key: "namespaces-and-freezer",
			Ask: "A container is paused. docker exec box date is run. What comes of it, if Docker lets it through to the kernel?",
			Choices: []lesson.Choice{
				{Text: "It prints the date: it is a new process, which was not frozen", Why: "So it would be if it were only in the namespaces. But exec puts it into the container's group first."},
				{Text: "It fails: nobody can join a frozen process's namespaces", Why: "setns(2) doesn't ask whether the process runs."},
				{Text: "It hangs until the container is unpaused", Right: true},
			},
			Explain: "The group is frozen, not only those who were in it: who joins it freezes, too. That is why Docker refuses: container is paused, unpause the container before exec.",
		},
		{
			Key: "clients",
			Ask: "A web server in a container is paused. What does a client see that connects to it? (On the machine itself, nothing else is changed.)",
			Choices: []lesson.Choice{
				{Text: "The connection is refused", Why: "Refused means that nobody listens. The socket does, and the kernel answers for it."},
				{Text: "It is connected, and then gets no answer", Right: true},
				{Text: "The connection can't be made until the server runs", Why: "The kernel completes it on its own, as long as the queue of the listening socket has room."},
			},
			Explain: "TCP is the kernel's work. So a check that only connects finds a paused server healthy.",
		},
		{
			Key: "devices-open",
			Ask: "A group may no longer use the device 1:3, /dev/null. A process in it has the file open since before. Can it still write there?",
			Choices: []lesson.Choice{
				{Text: "No: each write is checked", Why: "That would cost something on each write. As with permissions of files, it is open(2) that asks."},
				{Text: "Yes: what was opened stays open", Right: true},
				{Text: "Yes, for devices without hardware behind them", Why: "The rules name type and numbers, and know nothing of hardware."},
				{Text: "No: the kernel closes the descriptor when the rule is written", Why: "The kernel doesn't look for descriptors. Nor does chmod(1)."},
			},
			Explain: "The rules of the group are asked when a device is opened, or when its node is made with mknod(2). So they are set before the container's program starts.",
		},
	}, predictions()...)
}
