package ui

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"byhand/internal/runner"
	"byhand/lab/sys"
)

func TestRecords(t *testing.T) {
	var out bytes.Buffer
	clock := time.Unix(1, 0)
	r := newRecords(&out, func() time.Time { return clock })
	teach(r)
	r.Call(sys.Call{Name: "getpid", Ret: 1})
	// Two states in a tenth of a second: only the first is written.
	r.Work(runner.Work{What: "b", Done: 1, Total: 4, Unit: "B"})
	clock = clock.Add(workEvery)
	r.Work(runner.Work{What: "b", Done: 2, Total: 4, Unit: "B"})
	if err := r.Pause(t.Context(), "press Enter"); err != nil {
		t.Errorf("Pause = %v; want nil", err)
	}
	if picks, err := r.Ask(t.Context(), 1, 8, two()); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("Ask = %v, %v; want %v", picks, err, ErrNoAnswer)
	}
	r.Graded(two(), []int{0, 1})
	r.Graded(two(), []int{0, 2})
	r.Close(runner.Result{Name: "proc-mounts", OK: true, Checks: 3, Unlocked: "cgroup-cpu"})
	equal(t, "the records", "\n"+out.String(), `
{"type":"lesson","number":3,"total":20,"lesson":"proc-mounts","title":"A process table of its own","summary":"Mount proc where only the container sees it.","lab":"/var/tmp/by hand"}
{"type":"step","number":0,"total":2,"setup":true,"title":"Enter the namespaces","why":"Told before.","shell":"unshare --mount"}
{"type":"syscall","name":"unshare","args":["CLONE_NEWNS"],"ret":0}
{"type":"step","number":1,"total":2,"title":"Mount proc inside","why":"proc shows the processes of whoever mounts it.","shell":"mount -t proc proc \"$LAB/root/proc\" -o nosuid,nodev\n\nif true; then\n\techo 'it is  there'\nfi"}
{"type":"source","name":"mount.Proc","file":"lab/mount/proc.go","line":12,"code":"// Proc mounts proc.\nfunc Proc() error {\n\treturn nil\n}\n"}
{"type":"expect","text":"the next call fails, since proc is masked"}
{"type":"syscall","pid":4711,"name":"mount","args":["\"proc\"","\"/var/tmp/by hand/root/proc\"","\"proc\"","MS_NOSUID|MS_NODEV","NULL"],"ret":0}
{"type":"syscall","name":"chroot","args":["\".\""],"ret":-1,"errno":"EPERM","text":"operation not permitted"}
{"type":"work","what":"copy libraries","done":1,"total":4,"unit":"files"}
{"type":"work","what":"copy libraries","done":4,"total":4,"unit":"files"}
{"type":"check","name":"hostname","want":"box","got":"box","ok":true}
{"type":"check","name":"open() outside","want":"allowed","got":"allowed","ok":true,"control":true}
{"type":"check","name":"/proc/4711/root","want":"/var/tmp/by hand/root","got":"/var/tmp/by hand/other root/of it","ok":false,"hint":"the root is another: nobody called chroot(2)\n$ chroot \"$LAB/root\" /bin/sh -c 'echo a long command'"}
{"type":"note","text":"the quiz is skipped"}
{"type":"syscall","name":"getpid","args":[],"ret":1}
{"type":"work","what":"b","done":2,"total":4,"unit":"B"}
{"type":"quiz","n":1,"total":8,"key":"proc-files","ask":"Which files belong to /proc?","several":true,"choices":["mounts","fstab","self"]}
{"type":"quiz","key":"proc-files","ask":"Which files belong to /proc?","ok":false,"picks":[1,2],"answer":[1,3],"explain":"The kernel makes both up when they are read.","why":["It lists mounts, too, but nobody needs to obey it."]}
{"type":"quiz","key":"proc-files","ask":"Which files belong to /proc?","ok":true,"picks":[1,3],"answer":[1,3],"explain":"The kernel makes both up when they are read."}
{"type":"quiz","questions":0,"asked":0,"right":0}
{"type":"result","lesson":"proc-mounts","ok":true,"checks":3,"refused":0,"questions":0,"asked":0,"right":0,"unlocked":"cgroup-cpu"}
`)
}

// Strings from outside stay one line and valid JSON, and readable.
func TestRecordsOfAnything(t *testing.T) {
	var out bytes.Buffer
	s := New(Options{Out: &out, JSON: true})
	s.Note("a\nb <&> \x1b[2J\xff")
	line := out.String()
	if strings.Count(line, "\n") != 1 || !json.Valid(out.Bytes()) {
		t.Errorf("Note wrote %q; want one line of JSON", line)
	}
	if want := `{"type":"note","text":"a\nb <&> \u001b[2J\ufffd"}` + "\n"; line != want {
		t.Errorf("Note wrote %q; want %q", line, want)
	}
}
