package container

// Image is what a container is made from.
type Image struct {
	// Name is what it was asked for as, ID what identifies it for good.
	Name, ID string
	// Lower are the directories of its files, the top layer first.
	Lower []string
	// Defaults are for what run does not say.
	Defaults Defaults
}

// Defaults are what an image says of its containers.
type Defaults struct {
	// Entrypoint and Cmd are the program and its arguments.
	Entrypoint, Cmd []string
	// Env is the environment, as "NAME=value".
	Env []string
	// WorkingDir, User and StopSignal are as in Config.
	WorkingDir, User, StopSignal string
	// Exposed are ports such as "80/tcp".
	Exposed []string
	// Volumes are paths that are to be volumes.
	Volumes []string
	// Labels are the image's remarks.
	Labels map[string]string
}
