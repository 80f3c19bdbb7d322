package steps

import (
	"fmt"
	"strings"

	"byhand/lab/bench"
	"byhand/lab/cgroup"
)

// Ungroup writes the commands that take away a sandbox that was put into
// groups: the bench's own, and those beside it with these suffixes. Processes
// were started in them outside of the sandbox too, so ending that is not enough.
func Ungroup(controllers []cgroup.Controller, suffixes ...string) func(*bench.Bench) string {
	return func(b *bench.Bench) string {
		var dirs []string
		for _, suffix := range append([]string{""}, suffixes...) {
			g, err := Written(b, suffix, controllers...)
			if err != nil {
				return Unable(err)
			}
			for _, d := range g.Dirs {
				dirs = append(dirs, cgroup.Word(d.Path))
			}
		}
		return FindScope(controllers[0])(b) + fmt.Sprintf(`kill -9 "$(cat "$LAB/pid")"
for group in %s; do
  # Only a group in which nothing runs can be removed.
  while [ -d "$group" ] && ! rmdir "$group" 2>/dev/null; do
    xargs -r kill -9 <"$group/cgroup.procs" || true
    sleep 0.1
  done
done
rm -rf "$LAB"
`, strings.Join(dirs, " \\\n  "))
	}
}
