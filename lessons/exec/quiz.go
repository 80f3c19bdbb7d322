package exec

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "what-exec-is",
			Ask: "What does docker exec box sh do?",
			Choices: []lesson.Choice{
				{Text: "It tells the container's first process to start sh", Why: "That process is any program, and knows nothing of such requests. It need not even be able to start others."},
				{Text: "It starts a second container from the same image, and connects the two", Why: "That would be docker run. A second container has namespaces, a root and a PID 1 of its own."},
				{Text: "It starts a process outside, which joins the container's namespaces, root and group, and becomes sh", Right: true},
			},
			Explain: "setns(2), chroot(2) or the mount namespace's root, a line in cgroup.procs, fork, execve(2). The first process is not asked, and notices nothing.",
		},
		{
			Key: "no-fork",
			Ask: "A process calls setns(2) with the file /proc/PID/ns/pid of a container, and then execve(2) of sh, without a fork. What does echo $$ in this shell print?",
			Choices: []lesson.Choice{
				{Text: "Its number outside, as before", Right: true},
				{Text: "1", Why: "PID 1 is whoever was born into the namespace first. That one still runs."},
				{Text: "The next free number inside", Why: "So will its children print. The caller itself keeps its pid namespace, and its number, for life."},
				{Text: "0", Why: "0 stands for a parent outside of the namespace. Nobody is called so."},
			},
			Explain: "setns(2) on a pid namespace only says where children are born. The same holds for unshare(2).",
		},
		{
			Key: "root-forgotten",
			Ask: "A container's root was set with chroot ROOT, in a new mount namespace. nsenter --target PID --user --mount starts ls /, without --root. What does it list?",
			Choices: []lesson.Choice{
				{Text: "The container's root", Why: "The root of a process belongs to the process. It would be this one had the container called pivot_root(2): then the namespace's own root is the container's."},
				{Text: "The machine's root, with the mounts of the container's namespace", Right: true},
				{Text: "Nothing: the process has no root until it asks for one", Why: "Each process has one. setns(2) sets it to that of the mount namespace."},
			},
			Explain: "After setns(2) into a mount namespace, root and working directory are that namespace's root. chroot(2) moved only the container's processes; --root and --wd take theirs.",
		},
		{
			Key: "group-forgotten",
			Ask: "A container may use 80 MB. root enters it with nsenter --target PID and all its namespaces, and starts a program that takes 200 MB. What happens?",
			Choices: []lesson.Choice{
				{Text: "It is killed at 80 MB, with the container's other processes", Why: "The limit binds the members of a control group, and nsenter does not change groups by itself."},
				{Text: "It gets them: it is still in the control group of root's own shell", Right: true},
				{Text: "Its allocation is refused, as it sees only 80 MB", Why: "It sees the machine's memory, as everybody in a container does. Limits are not seen; they are felt."},
			},
			Explain: "A control group is no namespace. docker exec writes the new process into the container's group first; by hand that is a line of its own.",
		},
		{
			Key: "what-it-needs",
			Ask: "An ordinary user made a container with a user namespace. What does the same user need to enter it? (Several are right.)",
			Choices: []lesson.Choice{
				{Text: "A process that is alive inside, or a file that holds its namespaces", Right: true},
				{Text: "To join the user namespace first, or in the same call", Right: true},
				{Text: "root on the machine, since setns(2) wants CAP_SYS_ADMIN", Why: "It does want it, in the user namespace that owns what is joined. Its owner has it there, once inside."},
				{Text: "The container's own cooperation", Why: "setns(2) asks the kernel, and nobody else."},
			},
			Explain: "Whoever made a user namespace has all capabilities in it, and so over the other namespaces that it owns.",
		},
		{
			Key: "threads",
			Ask: "Why does byhand fork before it calls setns(2) on a user namespace?",
			Choices: []lesson.Choice{
				{Text: "Because setns(2) ends the caller when it succeeds", Why: "It returns 0 and the caller goes on, elsewhere."},
				{Text: "To have a process that can be killed if it hangs", Why: "setns(2) does not wait for anything."},
				{Text: "Because a process with several threads may not join a user namespace: EINVAL", Right: true},
			},
			Explain: "All threads of a process must have the same user namespace, and a Go process always has several. A forked child has one. runc has a piece of C for the same reason.",
		},
		{
			Key: "environment",
			Ask: "In a container, root's shell has run export TOKEN=abc. docker exec box env is run in the same container. Is TOKEN there?",
			Choices: []lesson.Choice{
				{Text: "Yes: both run in the same container", Why: "They share namespaces. The environment is in none of them: it is passed to a program by whoever starts it."},
				{Text: "No: the environment goes from parent to child, and the shell is no parent of it", Right: true},
				{Text: "Yes, if the shell is PID 1", Why: "PID 1 is not its parent either. Docker passes the environment that the container was configured with, not what PID 1 has made of it."},
			},
			Explain: "docker exec starts with the container's configuration and its own -e. What a process changed for itself stays there.",
		},
	}, predictions()...)
}
