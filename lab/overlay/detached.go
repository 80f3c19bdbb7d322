package overlay

import (
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"
)

// errOld says that this kernel can't take the layers one by one.
var errOld = errors.New("overlayfs without lowerdir+")

// detached makes the pile by the calls of Linux 5.2, which configure a file
// system step by step, and returns it as a mount that is attached nowhere. mount(2)
// takes all options in one page, too little for a hundred layers with long
// names; here each layer is a call of its own: lowerdir+, from Linux 6.7.
func detached(s Spec) (int, error) {
	fs, err := unix.Fsopen("overlay", unix.FSOPEN_CLOEXEC)
	if errors.Is(err, unix.ENOSYS) {
		return -1, errOld
	}
	if err != nil {
		return -1, fmt.Errorf("fsopen overlay: %w", err)
	}
	defer unix.Close(fs)
	for _, dir := range s.Lower {
		err := setPath(fs, "lowerdir+", dir)
		if errors.Is(err, unix.EINVAL) {
			return -1, errOld
		}
		if err != nil {
			return -1, fmt.Errorf("fsconfig lowerdir+=%s: %w", dir, err)
		}
	}
	if s.Upper != "" {
		for _, o := range []option{{"upperdir", s.Upper}, {"workdir", s.Work}} {
			if err := setPath(fs, o.key, o.value); err != nil {
				return -1, fmt.Errorf("fsconfig %s=%s: %w", o.key, o.value, err)
			}
		}
	}
	for _, o := range s.options() {
		if err := set(fs, o); err != nil {
			return -1, fmt.Errorf("fsconfig %s=%s: %w", o.key, o.value, err)
		}
	}
	err = unix.FsconfigCreate(fs)
	if errors.Is(err, unix.EINVAL) {
		// Before Linux 6.5 overlayfs takes any key and looks at all of them only
		// now. mount(2) fails as well where it is for another reason.
		return -1, errOld
	}
	if err != nil {
		return -1, fmt.Errorf("fsconfig create overlay: %w", err)
	}
	fd, err := unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("fsmount overlay: %w", err)
	}
	return fd, nil
}

func set(fs int, o option) error {
	if o.value == "" {
		return unix.FsconfigSetFlag(fs, o.key)
	}
	return unix.FsconfigSetString(fs, o.key, o.value)
}

// setPath sets an option that is a path. fsconfig(2) takes 255 bytes at most;
// a longer path is opened, and named by its link in /proc.
func setPath(fs int, key, path string) error {
	text := path
	if key != "lowerdir+" { // the others are read as in the options of mount(2)
		text = escape(path)
	}
	if len(text) <= 255 {
		return unix.FsconfigSetString(fs, key, text)
	}
	fd, err := unix.Open(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer unix.Close(fd)
	return unix.FsconfigSetString(fs, key, "/proc/self/fd/"+strconv.Itoa(fd))
}
