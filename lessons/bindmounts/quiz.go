package bindmounts

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "same-inode",
			Ask: "The machine's /srv/site is bound to /data inside. What holds? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text:  "stat shows the same device and inode for /srv/site/f outside and /data/f inside",
					Right: true,
				},
				{
					Text: "What is written inside appears outside when the mount is undone",
					Why:  "Volumes are sometimes pictured as copies that are brought back. There is one file, and it changes at once.",
				},
				{
					Text:  "If you delete /srv/site/f outside, /data/f is gone",
					Right: true,
				},
				{
					Text: "If you rename /srv/site to /srv/old outside, /data is empty",
					Why:  "A symbolic link would then lead nowhere. A bind mount holds the directory itself, whatever it is called by now.",
				},
			},
			Explain: "A bind mount is a second path to the same directory. It was looked up once, when it was made.",
		},
		{
			Key: "read-only-ignored",
			Ask: "In C you call mount(\"/srv/site\", \"/data\", NULL, MS_BIND | MS_RDONLY, NULL), and nothing else. What happens?",
			Choices: []lesson.Choice{
				{
					Text: "/data is read-only",
					Why:  "So one reads it, and mount -o bind,ro does end like that. But it makes more calls than this one.",
				},
				{
					Text:  "It succeeds, and /data can be written to",
					Right: true,
				},
				{
					Text: "EINVAL: the two flags can't be combined",
					Why:  "It would be kinder. When it makes a bind mount, the kernel looks at MS_REC and otherwise at no flag.",
				},
				{
					Text: "Both /data and /srv/site are read-only",
					Why:  "A remount without MS_BIND can have such an effect. Here the flag has none.",
				},
			},
			Explain: "A bind mount starts with the flags of its source. MS_REMOUNT | MS_BIND | MS_RDONLY, in a second call, makes it read-only; mountinfo shows whether it is.",
		},
		{
			Key: "not-recursive",
			Ask: "On the machine a tmpfs is mounted at /srv/site/cache, and holds the file new. The directory beneath it holds the file old. The machine's root runs mount --bind /srv/site /data. What does ls /data/cache show?",
			Choices: []lesson.Choice{
				{
					Text: "new",
					Why:  "That is what --rbind would bring along. --bind takes one mount, and the tmpfs is another.",
				},
				{
					Text: "Nothing: the mount point is there, but empty",
					Why:  "It often looks so, since mount points are mostly empty. This one isn't.",
				},
				{
					Text: "old and new",
					Why:  "Mounts cover; they don't merge. To merge is the work of overlayfs.",
				},
				{
					Text:  "old",
					Right: true,
				},
			},
			Explain: "Without MS_REC only the one mount is bound, and seen from there nothing covers the directory. In a user namespace this is refused, for it would uncover what was hidden.",
		},
		{
			Key: "read-only-recursive",
			Ask: "A tmpfs is mounted at /srv/site/cache. You run mount --rbind /srv/site /data, then mount -o remount,bind,ro /data. What can be written to? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text: "/data/f",
					Why:  "This is just what the second command ends: /data is one mount, and it is read-only now.",
				},
				{
					Text:  "/data/cache/f",
					Right: true,
				},
				{
					Text:  "/srv/site/f",
					Right: true,
				},
				{
					Text: "None of these: all are the same files, and those are read-only",
					Why:  "The files are the same, but read-only is a property of a mount. Each of the others is another mount.",
				},
			},
			Explain: "The remount changes one mount. For all below as well there is mount_setattr(2) with AT_RECURSIVE; the source is never concerned.",
		},
		{
			Key: "file-replaced",
			Ask: "The file app.conf is bound to /etc/app.conf in a container. Outside you change it with sed -i, which writes a new file and renames it to app.conf. What does cat /etc/app.conf show inside?",
			Choices: []lesson.Choice{
				{
					Text:  "The old text",
					Right: true,
				},
				{
					Text: "The new text",
					Why:  "Had the file been written in place, yes. It was replaced: app.conf is another inode now.",
				},
				{
					Text: "No such file or directory, for the old file was deleted",
					Why:  "Its name was. The mount holds the inode, and that lives as long as somebody holds it.",
				},
				{
					Text: "An empty file",
					Why:  "Editors that write in place pass through such a moment. Nothing touched the old inode here.",
				},
			},
			Explain: "A bind mount is of an inode, not of a name; mountinfo now says //deleted. Bind the directory if files in it are to be replaced.",
		},
		{
			Key: "socket",
			Ask: "A container is started with -v /var/run/docker.sock:/var/run/docker.sock:ro, as root. What can a program inside do with the socket?",
			Choices: []lesson.Choice{
				{
					Text: "Ask the daemon for lists, but start nothing",
					Why:  "Read-only sounds like that. But the kernel doesn't know what the requests on a socket mean.",
				},
				{
					Text: "Nothing: to connect is to write, and that is refused",
					Why:  "It does take write permission by the file's mode, and root has it. That the mount is read-only isn't looked at.",
				},
				{
					Text:  "Everything that the daemon does: start containers with the whole machine bound, for example",
					Right: true,
				},
			},
			Explain: "A read-only mount protects the contents of files and directories. Sockets, pipes and devices lead to somebody who acts for you.",
		},
		{
			Key: "remount-without-bind",
			Ask: "/srv is a disk of its own on the machine, and no file on it is open. /srv/site is bound to /data. Root, without any user namespace, runs mount -o remount,ro /data, forgetting bind. What happens?",
			Choices: []lesson.Choice{
				{
					Text: "Only /data becomes read-only",
					Why:  "That is what the word bind would have said. Without it, remount means the file system.",
				},
				{
					Text: "EINVAL: a bind mount can be remounted only with bind",
					Why:  "A bind mount is a mount like any other. Nothing in it tells that it was the second.",
				},
				{
					Text: "It is ignored, as MS_RDONLY is when the mount is made",
					Why:  "That holds for the first call. This is a remount, and it is taken seriously.",
				},
				{
					Text:  "/srv is read-only too, for everybody",
					Right: true,
				},
			},
			Explain: "mountinfo has two places for ro: one for the mount, one, at the end, for the file system. Without MS_BIND it is the second that changes.",
		},
		{
			Key: "propagation",
			Ask: "Outside, /srv/site is a mount with shared:7. Inside, its bind mount /data has master:7. Later somebody outside mounts a disk at /srv/site/usb, and somebody inside a tmpfs at /data/tmp. Both directories existed. What holds? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text:  "Inside, /data/usb shows the disk",
					Right: true,
				},
				{
					Text: "Inside, /data/usb is an empty directory: the mount namespace was copied before",
					Why:  "Private mounts behave like this. This one receives what is mounted in group 7, at any time.",
				},
				{
					Text: "Outside, /srv/site/tmp shows the tmpfs",
					Why:  "Had both shared:7, it would. A slave receives, and passes nothing back.",
				},
				{
					Text:  "Outside, /srv/site/tmp is unchanged",
					Right: true,
				},
			},
			Explain: "master:7 makes /data a slave of group 7: mounts come from there, and none goes back. This is how a container may see disks that are plugged in later.",
		},
		{
			Key: "owners",
			Ask: "docker run -v /home/ann:/data ..., with Docker's defaults: no user namespace, root inside. What can happen? (Several are right.)",
			Choices: []lesson.Choice{
				{
					Text: "Root inside can't open Ann's files of mode 600, as he isn't Ann",
					Why:  "He isn't. But he is user 0 with CAP_DAC_OVERRIDE, which Docker leaves him, and no namespace lies between.",
				},
				{
					Text:  "A file written inside belongs to root outside; Ann may delete it, but not write to it",
					Right: true,
				},
				{
					Text: "A file written inside belongs to Ann outside: /home/ann is hers",
					Why:  "Some file sharing, such as Docker Desktop's, makes it look so. On Linux a new file belongs to whoever made it.",
				},
				{
					Text:  "A set-user-ID program that root leaves in /data makes a user outside root, if they can reach it",
					Right: true,
				},
			},
			Explain: "A bind mount brings the machine's files with their owners, and without a user namespace user 0 inside is user 0 outside. --user, or a user namespace, changes that.",
		},
		{
			Key: "covered",
			Ask: "An image has files in /app. You run it with -v \"$PWD/src\":/app, and src is an empty directory. What does /app show inside?",
			Choices: []lesson.Choice{
				{
					Text: "The image's files, for src has nothing to put in their place",
					Why:  "Mounting doesn't go file by file. The whole directory is covered, by an empty one here.",
				},
				{
					Text: "The image's files, which Docker has copied to src",
					Why:  "For a new named volume it does that. For a bind mount it doesn't.",
				},
				{
					Text:  "Nothing",
					Right: true,
				},
				{
					Text: "The container doesn't start: the target isn't empty",
					Why:  "Any directory can be a mount point, whatever is in it.",
				},
			},
			Explain: "The mount covers what was there. Nothing is lost: without the mount, the image's files are back.",
		},
	}, predictions()...)
}
