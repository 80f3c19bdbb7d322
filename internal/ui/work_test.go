package ui

import (
	"testing"
	"time"

	"byhand/internal/lesson"
	"byhand/internal/runner"
	"byhand/lab/sys"
)

func TestWork(t *testing.T) {
	steps := func(p *people, clock *time.Time) {
		work := func(done, total int64) {
			p.Work(runner.Work{What: "copy", Done: done, Total: total, Unit: "files"})
		}
		work(1, 0)
		*clock = clock.Add(workEvery - 1)
		work(2, 10)
		*clock = clock.Add(1)
		work(3, 10)
		p.Call(sys.Call{Name: "sync"})
		work(4, 10)
		work(10, 10)
		p.Check(lesson.Equal("a", "b", "b", ""))
		*clock = clock.Add(time.Second)
		work(1, 3)
		p.Note("stopped")
	}
	for _, tt := range []struct {
		name string
		term Terminal
		want string
	}{
		{"terminal", Terminal{Live: true},
			"work: copy: 1 files" +
				"\r\x1b[Kwork: copy: 30 % of 10 files" +
				"\r\x1b[Kkernel | sync() = 0\n" +
				"work: copy: 40 % of 10 files" +
				"\r\x1b[Kwork: copy: 10 files, done\n" +
				"\nok  a  want: b  got: b\n" +
				"\nwork: copy: 33 % of 3 files" +
				"\r\x1b[K\nnote: stopped\n"},
		{"narrow terminal", Terminal{Live: true, Width: 16},
			"work: copy: 1 f" +
				"\r\x1b[Kwork: copy: 30 " +
				"\r\x1b[Kkernel | sync()\n| = 0\n" +
				"work: copy: 40 " +
				"\r\x1b[Kwork: copy: 10\n  files, done\n" +
				"\nok  a\n    want: b\n    got:  b\n" +
				"\nwork: copy: 33 " +
				"\r\x1b[K\nnote: stopped\n"},
		{"pipe", Terminal{},
			"kernel | sync() = 0\n" +
				"work: copy: 10 files, done\n" +
				"\nok  a  want: b  got: b\n" +
				"\nnote: stopped\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clock := time.Unix(1, 0)
			p, out := record(tt.term)
			p.now = func() time.Time { return clock }
			steps(p, &clock)
			if got := out.String(); got != tt.want {
				t.Errorf("shown %q; want %q", got, tt.want)
			}
		})
	}
}

func TestProgress(t *testing.T) {
	for _, tt := range []struct {
		in   runner.Work
		want string
	}{
		{runner.Work{What: "a", Done: 5, Unit: "files"}, "a: 5 files"},
		{runner.Work{What: "a", Done: 999, Total: 1000, Unit: "files"}, "a: 99 % of 1000 files"},
		{runner.Work{What: "a", Done: 1 << 62, Total: 1<<62 + 1<<61, Unit: "B"}, "a: 66 % of 6.0 EiB"},
		{runner.Work{What: "a", Done: 1023, Unit: "B"}, "a: 1023 B"},
		{runner.Work{What: "a", Done: 1536, Unit: "bytes"}, "a: 1.5 KiB"},
		{runner.Work{What: "a", Done: 80 << 20, Total: 80 << 20, Unit: "B"}, "a: 80.0 MiB, done"},
	} {
		if got := (Terminal{}).progress(tt.in); got != tt.want {
			t.Errorf("progress(%+v) = %q; want %q", tt.in, got, tt.want)
		}
	}
}

func TestClose(t *testing.T) {
	for _, tt := range []struct {
		in   runner.Result
		want string
	}{
		{runner.Result{Name: "chroot", OK: true, Checks: 12, Asked: 8, Right: 7, Unlocked: "unshare"}, `
done: chroot, 12 checks passed, 7 of 8 answers right
unlocked: unshare
next:
$ byhand unshare
`},
		{runner.Result{Name: "chroot", OK: true, Checks: 1}, `
done: chroot, 1 check passed
next:
$ byhand list
`},
		{runner.Result{Name: "chroot", Checks: 12, Refused: 2, Kept: "/tmp/b"}, `
not done: chroot, 2 of 12 checks refused
kept: /tmp/b (byhand shell enters it, byhand clean removes it)
next:
$ byhand chroot
`},
		{runner.Result{Name: "chroot", Error: "chroot: operation not permitted"}, `
not done: chroot, nothing was checked
stopped: chroot: operation not permitted
next:
$ byhand chroot
`},
	} {
		p, out := record(Terminal{})
		p.Close(tt.in)
		equal(t, "Close", "\n"+out.String(), tt.want)
	}
}
