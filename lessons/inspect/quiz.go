package inspect

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "truth",
			Ask: "An engine's file says that box runs as process 4242. What proves that it does?",
			Choices: []lesson.Choice{
				{Text: "The file itself, if it was written atomically", Why: "It was true when it was written. The machine may have been started anew since."},
				{Text: "That there is a process 4242", Why: "It may be another one: numbers are given again."},
				{Text: "That process 4242 has the start time that was noted, in this boot", Right: true},
			},
			Explain: "Number, start and boot together are unique. A pidfd that was kept open would do as well, but does not outlive its holder.",
		},
		{
			Key: "who-may-read",
			Ask: "Which of these may an ordinary user read of root's process, with the machine's default settings? (Several are right.)",
			Choices: []lesson.Choice{
				{Text: "/proc/PID/status: its state and its capabilities", Right: true},
				{Text: "/proc/PID/cgroup: its groups", Right: true},
				{Text: "/proc/PID/root and /proc/PID/ns/*: where the links lead", Why: "These are guarded like a debugger's access: ptrace(2)."},
				{Text: "/proc/PID/environ: its environment", Why: "It may hold passwords, and is guarded as well."},
			},
			Explain: "What tells only how a process fares is open to all. What would let one in is not; see PTRACE_MODE_READ in proc(5).",
		},
		{
			Key: "secrets",
			Ask: "docker run -e PASSWORD=s3cret box. Who can read it later?",
			Choices: []lesson.Choice{
				{Text: "Only the program in the container", Why: "It is in the configuration, too, which docker inspect prints."},
				{Text: "Nobody, once the program has unset it", Why: "That changes the program's own copy. /proc/PID/environ shows what it was started with."},
				{Text: "Whoever may run docker inspect, and root by /proc/PID/environ", Right: true},
			},
			Explain: "An environment is no place for secrets. A file in a tmpfs is better.",
		},
		{
			Key: "top-numbers",
			Ask: "docker top box shows PID 5120 for the shell; in the box, echo $$ prints 1. Which is right?",
			Choices: []lesson.Choice{
				{Text: "Both: a process has a number in each pid namespace above its own, too", Right: true},
				{Text: "5120; 1 is only what the shell believes", Why: "The kernel says 1 to everybody inside. kill 1 works there."},
				{Text: "1; 5120 is the number of the process that Docker started it with", Why: "It is one and the same process: NSpid in its status shows both numbers."},
				{Text: "5120 is its parent, since docker top shows parents", Why: "That is the column PPID."},
			},
			Explain: "NSpid: 5120 1. From outside you signal 5120, from inside 1.",
		},
		{
			Key: "logs-from",
			Ask: "From where does docker logs get what a container printed an hour ago?",
			Choices: []lesson.Choice{
				{Text: "From the kernel, which keeps what went through the pipe", Why: "A pipe keeps 64 kB, until it is read. Then it is gone."},
				{Text: "From /proc/PID/fd/1", Why: "That leads to the pipe or the terminal. There is no past in it."},
				{Text: "From a file that whoever read the pipe has written", Right: true},
				{Text: "From the container's /var/log", Why: "There a program may write files of its own. docker logs knows nothing of them."},
			},
			Explain: "It is the one thing here that the kernel can't tell. The monitor reads output and error, and writes each line to a file, with the time.",
		},
		{
			Key: "inspect-image",
			Ask: "docker inspect node, as in the course notes: node is an image. What can it tell?",
			Choices: []lesson.Choice{
				{Text: "The processes that run from it", Why: "That is docker ps --filter ancestor=node."},
				{Text: "Its layers, and what a container made of it starts with", Right: true},
				{Text: "How much memory it uses now", Why: "An image uses none. It is files."},
			},
			Explain: "inspect takes names of containers and of images. An image has no process, so nothing of that is the kernel's: it is read from the image's own JSON.",
		},
		{
			Key: "info-memory",
			Ask: "docker info shows Total Memory 15 GB. Each container may use 1 GB. What does the number tell?",
			Choices: []lesson.Choice{
				{Text: "What is free for new containers", Why: "It is all that the machine has, used or not."},
				{Text: "The sum of all containers' limits", Why: "Limits are not added up anywhere. Their sum may well be more than there is."},
				{Text: "What one container may use at most", Why: "Only one without a limit, and it would have to share that."},
				{Text: "What the machine has", Right: true},
			},
			Explain: "info is about the machine: MemTotal of /proc/meminfo. docker stats shows what containers use.",
		},
	}, predictions()...)
}
