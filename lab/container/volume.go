package container

import (
	"context"
	"fmt"

	"byhand/lab/mount"
	"byhand/lab/volume"
)

// volume binds a volume's directory. One that is empty gets first what the
// image has at that path, while that is still to be seen.
func (b *builder) volume(s mount.Spec) error {
	v := volume.Store{Dir: b.Volumes}.At(s.Source)
	if !s.Volume.NoCopy && b.First {
		err := mount.Inside(b.t, b.Root.Target, s.Target, false, func(target string) error {
			return v.Fill(context.Background(), target)
		})
		if err != nil {
			return err
		}
	}
	source, err := v.Open(s.Volume.Subpath)
	if err != nil {
		return err
	}
	defer source.Close()
	return mount.Attach(b.t, b.Root.Target, mount.Spec{
		Type: mount.TypeBind, Source: fmt.Sprintf("/proc/self/fd/%d", source.Fd()), Target: s.Target, ReadOnly: s.ReadOnly,
	})
}
