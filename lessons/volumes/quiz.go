package volumes

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "what-it-is",
			Ask: "What is a volume to the kernel?",
			Choices: []lesson.Choice{
				{Text: "A file system of its own, on a file that the engine keeps", Why: "It could be, and some drivers do that. Docker's own driver makes a directory on the machine's file system, without a size."},
				{Text: "A directory, bound into the container's mount namespace", Right: true},
				{Text: "An object like a namespace, which lives as long as somebody uses it", Why: "It lives as long as nobody deletes the directory. That it is not deleted while in use is the engine's care."},
			},
			Explain: "Name, filling and counting are the engine's. For the kernel it is a bind mount.",
		},
		{
			Key: "filled-when",
			Ask: "When does a volume get the files that the image has at its place? (Several are right.)",
			Choices: []lesson.Choice{
				{Text: "When it was just made, by -v NAME:/data with a new name", Right: true},
				{Text: "When it exists and is empty", Right: true},
				{Text: "Each time a container with a newer image is started", Why: "Then an upgrade would overwrite the database. It is filled only while it is empty."},
				{Text: "When it holds files, but not those of the image", Why: "Nothing is merged. What it holds covers what the image has."},
			},
			Explain: "Empty or not is the only thing that is asked. volume-nocopy turns it off.",
		},
		{
			Key: "upgrade",
			Ask: "An image keeps its configuration in /etc/app, and has VOLUME /etc/app. A container runs with -v conf:/etc/app. Version 2 of the image has a new configuration. The container is made anew from it, with the same -v. Which one does it read?",
			Choices: []lesson.Choice{
				{Text: "The new one", Why: "It is in the image, beneath the mount. The volume is not empty, so it is left as it is."},
				{Text: "The old one", Right: true},
				{Text: "Both, the new one for files that the old one has not", Why: "That would be an overlay. A mount covers all of the directory."},
			},
			Explain: "The volume has what version 1 put there.",
		},
		{
			Key: "bind-or-volume",
			Ask: "docker run -v data:/data and docker run -v ./data:/data are run in a directory that has no data. What does the container find at /data, where its image has files? (Several are right.)",
			Choices: []lesson.Choice{
				{Text: "In the first, the image's files", Right: true},
				{Text: "In the second, an empty directory", Right: true},
				{Text: "In the second, the image's files", Why: "A bind mount is never filled. The directory is made, as root's, and covers what the image has."},
				{Text: "In the first, an empty directory", Why: "It is a volume, new and empty, and so it is filled before it is mounted."},
			},
			Explain: "A name is a volume's, a path is a directory's. Only the first is filled.",
		},
		{
			Key: "rm-in-use",
			Ask: "docker volume rm data says that the volume is in use, though docker ps lists no container. Why?",
			Choices: []lesson.Choice{
				{Text: "The kernel has it still mounted somewhere", Why: "Mounts go with the mount namespace, and that with the last process in it."},
				{Text: "A stopped container has it", Right: true},
				{Text: "An image has it, by VOLUME", Why: "VOLUME names a path, and no volume. Each container gets one of its own for it."},
			},
			Explain: "A stopped container could be started again, and would want its files. docker ps -a --filter volume=data finds it.",
		},
		{
			Key: "who-deletes",
			Ask: "Which of these deletes the files of the volume data, which the container web has at /data?",
			Choices: []lesson.Choice{
				{Text: "docker rm -v web", Why: "-v removes the volumes that nobody named. data has a name."},
				{Text: "docker run --rm --name web -v data:/data ..., when it ends", Why: "--rm removes the container, and volumes without a name."},
				{Text: "docker exec web rm -rf /data/x", Right: true},
				{Text: "docker volume prune, while web exists", Why: "It takes only volumes that no container has, and without -a only nameless ones."},
			},
			Explain: "A named volume is removed by volume rm, or by prune -a, and only when no container has it. But its files are the container's to delete.",
		},
	}, predictions()...)
}
