// Package state keeps what has to be remembered of containers while no process
// does: each has a directory with its configuration and how it last ended. What
// the kernel knows, whether a process lives, is asked of the kernel each time.
//
// In the directory of a Store:
//
//	containers/ID/config.json   what it is to be
//	containers/ID/state.json    which process it was, how it ended
//	containers/ID/lock          held by its monitor while there is one
//	containers/ID/upper         the files that it changed
//	containers/ID/log.json      what it printed
//	names/NAME                  a symbolic link that says ID
//	trash/ID                    what is being removed
package state
