package layers

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "deleted-secret",
			Ask: "COPY key /key makes a layer, and RUN rm /key the next. Who can get at the key?",
			Choices: []lesson.Choice{
				{Text: "Nobody: it was deleted", Why: "In the second layer there is a mark that it is gone. The first was not changed: layers never are."},
				{Text: "Only root, in a container of the image", Why: "In a container nobody sees it, root included: the whiteout hides it. It is in the image's first archive."},
				{Text: "Whoever has the image: it is in the archive of the first layer", Right: true},
			},
			Explain: "docker save, or one request to the registry, and the layer is on your disk.",
		},
		{
			Key: "order",
			Ask: "lowerdir=a:b, and both have the file f. Which is seen?",
			Choices: []lesson.Choice{
				{Text: "a's", Right: true},
				{Text: "b's", Why: "So it would be if they were listed in the order in which they are laid down, as an image's manifest lists them. Here the leftmost is on top."},
				{Text: "The newer one", Why: "Times play no part. Only the order does."},
			},
			Explain: "The top one comes first.",
		},
		{
			Key: "copy-up",
			Ask: "A lower layer has a file of 1 GB. A container runs chmod on it. What is in the upper directory afterwards, without the option metacopy?",
			Choices: []lesson.Choice{
				{Text: "Nothing: a mode is no content", Why: "The mode is a part of the file's inode, and that lies in the lower directory, which is not written to."},
				{Text: "A mark with the new mode", Why: "With metacopy it is so. Docker does not use it, since then an upper directory can't be packed as a layer."},
				{Text: "A copy of the file, 1 GB", Right: true},
			},
			Explain: "The file is copied up whole before the first change, whatever that is.",
		},
		{
			Key: "who-shares",
			Ask: "Ten containers of one image run. What do they share? (Several are right.)",
			Choices: []lesson.Choice{
				{Text: "The layers' directories on the disk", Right: true},
				{Text: "The pages of the page cache that hold the image's programs", Right: true},
				{Text: "The upper directory", Why: "Each has its own. Two mounts with one upper directory damage it."},
				{Text: "What one of them has written to /tmp", Why: "That is in its own upper directory, unless a volume or a bind mount lies there."},
			},
			Explain: "The same inode is the same memory: libc is there once for all of them.",
		},
		{
			Key: "opaque",
			Ask: "The image has /data with 1000 files. In a container, rm -r /data; mkdir /data is run. What is in the upper directory?",
			Choices: []lesson.Choice{
				{Text: "A directory /data that is marked as opaque", Right: true},
				{Text: "A directory /data with 1000 whiteouts", Why: "While the files are deleted one by one, they are there. When the directory itself goes, one whiteout takes their place, and then the new directory its."},
				{Text: "A whiteout named data", Why: "So it is between the two commands."},
			},
			Explain: "An attribute, trusted.overlay.opaque or user.overlay.opaque, says that nothing below is to be merged.",
		},
		{
			Key: "start-time",
			Ask: "Why does docker run start as fast from an image of 1 GB as from one of 10 MB, once it was pulled?",
			Choices: []lesson.Choice{
				{Text: "Because the image is unpacked into memory", Why: "It was unpacked to the disk when it was pulled, and is read from there as needed."},
				{Text: "Because only a mount is made: nothing is copied", Right: true},
				{Text: "Because files are copied in the background", Why: "They are copied one by one, when and if they are changed."},
			},
			Explain: "mount(2) of an overlay reads nothing but the directories' inodes.",
		},
	}, predictions()...)
}
