package attach

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "who-holds-master",
			Ask: "docker run -dit has come back to your prompt. Who holds the master of the container's terminal?",
			Choices: []lesson.Choice{
				{Text: "The container's shell", Why: "It has the slave. Whoever held both ends would talk to itself."},
				{Text: "Your own shell", Why: "It has nothing of it: you could log out, and the container would go on."},
				{Text: "The monitor: containerd-shim, conmon", Right: true},
				{Text: "Nobody, until somebody attaches", Why: "Then it would be closed, and the container would have been hung up."},
			},
			Explain: "A pair lives as long as its ends are open somewhere. So a process stays behind for each container with a terminal.",
		},
		{
			Key: "leave",
			Ask: "You are attached to a container whose PID 1 is a shell. How do you leave, and let it run on? (Several are right.)",
			Choices: []lesson.Choice{
				{Text: "By ctrl-p ctrl-q", Right: true},
				{Text: "By exit", Why: "That ends the shell, which is PID 1, and with it all others."},
				{Text: "By closing your window", Right: true},
				{Text: "By Ctrl-D", Why: "To a shell at its prompt that is the end of the input: it ends, as by exit."},
			},
			Explain: "The window's hang-up ends docker attach, not the container: that has a terminal of its own, and the monitor holds it.",
		},
		{
			Key: "ctrl-c-way",
			Ask: "You are attached, a command runs in the foreground, and you type Ctrl-C. What makes a SIGINT of it?",
			Choices: []lesson.Choice{
				{Text: "docker attach, which sends it as docker kill does", Why: "It does so for containers without a terminal (--sig-proxy). With one, your terminal is raw, and the byte is passed on."},
				{Text: "The kernel, in the container's terminal", Right: true},
				{Text: "The shell inside, which reads the byte", Why: "The byte never reaches it. The shell only says which group is in the foreground."},
			},
			Explain: "The byte 3 is written to the master. The line discipline of the slave takes it out, and signals the group in the foreground.",
		},
		{
			Key: "logs-content",
			Ask: "What does docker logs show of a container with -t? (Several are right.)",
			Choices: []lesson.Choice{
				{Text: "What was shown while nobody was attached", Right: true},
				{Text: "What was typed, where the terminal echoed it", Right: true},
				{Text: "Passwords typed at a prompt that does not echo", Why: "Only what comes back from the master is written down, and without echo nothing does."},
				{Text: "What programs inside wrote to /var/log", Why: "Those are files of the container's. Nobody showed them on the terminal."},
			},
			Explain: "The log is a copy of the screen's stream. So images link their log files to /dev/stdout.",
		},
		{
			Key: "controlling",
			Ask: "A shell has a terminal open as its input, but is in a session that has no controlling terminal. What is missing?",
			Choices: []lesson.Choice{
				{Text: "Ctrl-C, and job control", Right: true},
				{Text: "Reading and writing", Why: "For these an open descriptor is enough."},
				{Text: "The window's size", Why: "stty size asks the device that is open, whosoever's it is."},
			},
			Explain: "bash then says: cannot set terminal process group, no job control in this shell. setsid(2) and TIOCSCTTY are what is missing.",
		},
		{
			Key: "not-a-tty",
			Ask: "A script that cron runs has docker run -it, and fails: the input device is not a TTY. What is the remedy?",
			Choices: []lesson.Choice{
				{Text: "Leave out -t", Right: true},
				{Text: "Leave out -i", Why: "-t is what asks for a terminal. -i only keeps the input open."},
				{Text: "Add --privileged", Why: "No right is missing, but a terminal on your side of it."},
				{Text: "Run it as root", Why: "Root in cron has no terminal either."},
			},
			Explain: "With -t, docker copies between two terminals, and cron has none. A program in a script is better off with pipes.",
		},
		{
			Key: "attach-or-exec",
			Ask: "The container's PID 1 is a web server. What does docker attach show you?",
			Choices: []lesson.Choice{
				{Text: "A shell beside it", Why: "That is docker exec -it box sh: a new process on a new terminal."},
				{Text: "What it has printed since it began", Why: "That is docker logs. attach begins where you come in."},
				{Text: "What it prints from now on", Right: true},
				{Text: "Nothing: it refuses, as there is no shell", Why: "attach connects to whatever PID 1 is. It needs no shell."},
			},
			Explain: "And your Ctrl-C would end the server. To look only, docker logs --follow.",
		},
	}, predictions()...)
}
