// Package rows writes what is known of containers as Docker does: lists,
// details, templates.
package rows

import (
	"fmt"
	"time"

	"byhand/lab/state"
)

// Duration says how long something takes as people do, in Docker's words.
func Duration(d time.Duration) string {
	s, m, h := int(d.Seconds()), int(d.Minutes()), int(d.Hours()+0.5)
	switch {
	case s < 1:
		return "Less than a second"
	case s == 1:
		return "1 second"
	case s < 60:
		return fmt.Sprintf("%d seconds", s)
	case m == 1:
		return "About a minute"
	case m < 60:
		return fmt.Sprintf("%d minutes", m)
	case h == 1:
		return "About an hour"
	case h < 48:
		return fmt.Sprintf("%d hours", h)
	case h < 24*7*2:
		return fmt.Sprintf("%d days", h/24)
	case h < 24*30*2:
		return fmt.Sprintf("%d weeks", h/24/7)
	case h < 24*365*2:
		return fmt.Sprintf("%d months", h/24/30)
	}
	return fmt.Sprintf("%d years", h/24/365)
}

// Words is how a container fares, as ps writes it.
func Words(s state.Status, now time.Time) string {
	switch s.Word {
	case "running":
		return "Up " + Duration(now.Sub(s.Started))
	case "paused":
		return "Up " + Duration(now.Sub(s.Started)) + " (Paused)"
	case "restarting":
		return fmt.Sprintf("Restarting (%d) %s ago", s.ExitCode, Duration(now.Sub(s.Finished)))
	case "exited":
		return fmt.Sprintf("Exited (%d) %s ago", s.ExitCode, Duration(now.Sub(s.Finished)))
	}
	return "Created"
}
