package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"byhand/lab/monitor"
)

func newLabLogs() *cobra.Command {
	var l monitor.Logs
	var since, until, tail string
	var stamps bool
	c := &cobra.Command{
		Use: "logs [OPTIONS] CONTAINER", Short: "show what a container has printed", Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) (err error) {
			now := time.Now()
			if l.Since, err = pointInTime(since, now); err != nil {
				return err
			}
			if l.Until, err = pointInTime(until, now); err != nil {
				return err
			}
			l.Tail = -1
			if n, err := strconv.Atoi(tail); err == nil && n >= 0 {
				l.Tail = n
			}
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			b, err := e.store.Find(args[0])
			if err != nil {
				return err
			}
			return l.Read(c.Context(), b, func(line monitor.Line) error {
				w := c.OutOrStdout()
				if line.Stream == "stderr" {
					w = c.ErrOrStderr()
				}
				if stamps {
					fmt.Fprint(w, line.Time.Format("2006-01-02T15:04:05.000000000Z07:00"), " ")
				}
				_, err := fmt.Fprint(w, line.Log)
				return err
			})
		},
	}
	c.Flags().BoolVarP(&l.Follow, "follow", "f", false, "go on with what is printed later")
	c.Flags().StringVar(&since, "since", "", "the first moment: a time, or how long ago, as 10m")
	c.Flags().StringVar(&until, "until", "", "the last moment")
	c.Flags().StringVarP(&tail, "tail", "n", "all", "how many of the last lines")
	c.Flags().BoolVarP(&stamps, "timestamps", "t", false, "show when each line was printed")
	return c
}

// pointInTime reads a time as Docker does: in RFC 3339 or a part of it, in seconds
// since 1970, or as how long ago.
func pointInTime(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil {
		return now.Add(-ago), nil
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		return time.Unix(0, int64(seconds*1e9)), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("invalid value for \"since\": failed to parse value as time or duration: %q", text)
}
