package run

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "where-names-live",
			Ask: "docker run --name box. Where does the kernel keep the name box?",
			Choices: []lesson.Choice{
				{Text: "In the UTS namespace, as its host name", Why: "Docker makes the ID the host name. It could be anything, and two containers may share it."},
				{Text: "Nowhere: it is the engine's, in a file", Right: true},
				{Text: "In the name of the control group", Why: "There an engine may well write its ID. The kernel takes it for a directory like others."},
			},
			Explain: "For the kernel there are processes, namespaces and groups. A container is what an engine remembers of them.",
		},
		{
			Key: "why-monitor",
			Ask: "Why does a process stay behind for each detached container?",
			Choices: []lesson.Choice{
				{Text: "To hold its namespaces open", Why: "Its own processes do that."},
				{Text: "To learn the exit status, and to hold its input and output", Right: true},
				{Text: "To give it CPU time", Why: "The kernel does that for every process, whoever its parent is."},
				{Text: "To pass its system calls on to the kernel", Why: "A container's processes call the kernel themselves. In gVisor somebody is in between, in Docker nobody."},
			},
			Explain: "Only a parent can wait for a process. Docker's is containerd-shim-runc-v2, Podman's is conmon; byhand lab has its own.",
		},
		{
			Key: "exited-remains",
			Ask: "docker ps --all shows box, Exited (0). What is left of it? (Several are right.)",
			Choices: []lesson.Choice{
				{Text: "Its name, configuration and exit status", Right: true},
				{Text: "The files that it has changed, and its logs", Right: true},
				{Text: "Its first process, asleep", Why: "That would be a paused container. This one's processes have ended."},
				{Text: "Its namespaces, to start it again in", Why: "They ended with the last process. docker start makes new ones."},
			},
			Explain: "It is all on disk. docker start makes processes and namespaces anew, over the same files; docker rm removes them.",
		},
		{
			Key: "rm-volumes",
			Ask: "What does --rm remove when the container ends?",
			Choices: []lesson.Choice{
				{Text: "The image, if nobody else uses it", Why: "Images stay until docker rmi or docker image prune."},
				{Text: "The container: its files, its name, and volumes without a name", Right: true},
				{Text: "Only its name, so that it can be used again", Why: "Then its files would fill the disk, and nobody could find them."},
				{Text: "All that it has written, on bind mounts, too", Why: "A bind mount shows the machine's own files. They are not the container's."},
			},
			Explain: "What is in the container goes. What was mounted into it stays, but for anonymous volumes, which only this container knew.",
		},
		{
			Key: "sigterm",
			Ask: "docker kill --signal TERM box is sent to a container whose PID 1 is sh with no trap. What happens?",
			Choices: []lesson.Choice{
				{Text: "It ends with status 143", Why: "128 and 15: so would any other process. PID 1 of a pid namespace is kept from signals that it has no handler for."},
				{Text: "Nothing: PID 1 is kept from signals that it does not handle", Right: true},
				{Text: "Only the children of sh end", Why: "A signal goes to one process. Only SIGKILL to PID 1 takes all others along."},
			},
			Explain: "docker stop sends SIGTERM, waits ten seconds, and then sends SIGKILL. That is the ten seconds that so many containers take to stop; --init puts a PID 1 there that passes signals on.",
		},
		{
			Key: "it-letters",
			Ask: "In docker run -it alpine sh, what does -i do, without -t?",
			Choices: []lesson.Choice{
				{Text: "It makes a terminal, so that sh shows a prompt", Why: "That is -t. Without it sh sees a pipe and prompts for nothing."},
				{Text: "It runs the shell in the foreground, and not in the background", Why: "That is what run does anyway, unless there is -d."},
				{Text: "It makes sh an interactive shell, as sh -i", Why: "The letter is the same. This one is for Docker and not for sh."},
				{Text: "It keeps the container's standard input open, and passes on what comes", Right: true},
			},
			Explain: "echo ls | docker run -i alpine sh works, for a script. Without -i its input is empty, and sh ends at once.",
		},
		{
			Key: "prune",
			Ask: "Which containers does docker container prune remove?",
			Choices: []lesson.Choice{
				{Text: "All that have no name", Why: "Each has one; Docker makes one up, such as eager_kepler."},
				{Text: "All that are older than a day", Why: "Only with --filter until=24h."},
				{Text: "All that do not run", Right: true},
			},
			Explain: "Those that were created and never started, too. What runs or is paused stays.",
		},
	}, predictions()...)
}
