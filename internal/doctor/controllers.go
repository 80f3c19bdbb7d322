package doctor

import (
	"context"
	"errors"

	"byhand/lab/cgroup"
)

// controllers examines whether groups may be made under each of controllers.
func controllers(list ...cgroup.Controller) func(context.Context) Finding {
	return func(ctx context.Context) Finding {
		got := ""
		for _, c := range list {
			place, err := cgroup.Locate(c)
			if errors.Is(err, cgroup.ErrNotDelegated) && cgroup.CanDelegate(ctx) {
				return Finding{OK: true, Got: "systemd can hand this user a part of the cgroup v2 tree"}
			}
			if lack := (*cgroup.LackError)(nil); errors.As(err, &lack) {
				return Finding{Got: lack.Error(), Mend: lack.Next}
			}
			if err != nil {
				return Finding{Got: err.Error(), Mend: "sudo byhand doctor"}
			}
			got = "groups may be made in " + place.Parent
		}
		return Finding{OK: true, Got: got}
	}
}
