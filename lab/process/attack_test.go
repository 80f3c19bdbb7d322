package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// attack is a stage that gets at the program of a process and tries to open it
// for writing, when that has ended: until then the kernel refuses anyway. Its
// first file ends when it has.
func attack(c *Child, pid int) (unix.Errno, error) {
	program, err := os.Open(fmt.Sprintf("/proc/%d/exe", pid))
	if err != nil {
		return 0, err
	}
	defer program.Close()
	fmt.Println("open") // now it may end
	if _, err := io.ReadAll(c.Files[0]); err != nil {
		return 0, err
	}
	f, err := os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", program.Fd()), os.O_WRONLY, 0)
	if err == nil {
		return 0, f.Close()
	}
	var errno unix.Errno
	if !errors.As(err, &errno) {
		return 0, err
	}
	return errno, nil
}

// attackOn attacks a process with all capabilities in its user namespace, and
// returns why the kernel refused, or 0. end is to end the process.
func attackOn(t *testing.T, inside, victim *Process) unix.Errno {
	t.Helper()
	endR, endW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer endR.Close()
	openR, openW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer openR.Close()
	p, err := Start(nil, Command{
		Stage: "attack", Args: victim.PID, JoinPID: inside.PID, Join: unix.CLONE_NEWUSER, Files: []*os.File{endR}, Stdout: openW,
	})
	openW.Close()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(openR, make([]byte, 5)); err != nil {
		t.Errorf("the attacker did not get at the program: %v", err)
	}
	_ = victim.Kill()
	_, _ = victim.Wait()
	endW.Close()
	var got unix.Errno
	err = p.Follow(t.Context(), &got)
	_, _ = p.Wait()
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestNobodyInsideCanWriteToTheBinary plays CVE-2019-5736 against the first
// process of a container and against one that joins it, and sees that the same
// attack succeeds where a child executes the file itself.
func TestNobodyInsideCanWriteToTheBinary(t *testing.T) {
	needUserNamespace(t)
	for _, test := range []struct {
		name          string
		join, exposed bool
		// want says that the kernel refuses.
		want bool
	}{
		{"init", false, false, true},
		{"init, unprotected", false, true, false},
		{"exec", true, false, true},
		{"exec, unprotected", true, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			// A copy, since this process runs the test's own binary all the time.
			program := copied(t)
			open := func() (*os.File, error) { return shielded(program, sealed) }
			if test.exposed {
				open = func() (*os.File, error) { return os.Open(program) }
			}
			c := newUser("hang", struct{}{})
			if !test.join {
				c.program = open
			}
			inside, err := Start(nil, c)
			if err != nil {
				t.Fatal(err)
			}
			victim := inside
			if test.join {
				defer func() { _ = inside.Kill(); _, _ = inside.Wait() }()
				c := Command{Stage: "hang", Args: struct{}{}, JoinPID: inside.PID, Join: unix.CLONE_NEWUSER | unix.CLONE_NEWPID, program: open}
				if victim, err = Start(nil, c); err != nil {
					t.Fatal(err)
				}
			}
			// EROFS from the read-only mount, EPERM from the seal.
			got := attackOn(t, inside, victim)
			if refused := got == unix.EROFS || got == unix.EPERM; refused != test.want || !refused && got != 0 {
				t.Errorf("open byhand's binary for writing = %v; want refused = %t", got, test.want)
			}
		})
	}
}

// copied copies the test's own binary.
func copied(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, content, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestSealedCopyRefusesWrites is the same for who may not mount.
func TestSealedCopyRefusesWrites(t *testing.T) {
	own, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	f, err := sealed(own)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !unwritable(f) || unwritable(own) {
		t.Errorf("unwritable = %t of the copy, %t of the file; want true, false", unwritable(f), unwritable(own))
	}
	w, err := os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", f.Fd()), os.O_RDWR, 0)
	if err == nil {
		_, err = w.Write([]byte("x"))
		w.Close()
	}
	if !errors.Is(err, unix.EPERM) {
		t.Errorf("write to the sealed copy = %v; want EPERM", err)
	}
	// It is whole: it can be executed.
	c := exec.Command(fmt.Sprintf("/proc/self/fd/%d", f.Fd()), "-test.run=^$")
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("execute the sealed copy = %v: %s", err, out)
	}
}

// TestNoDescriptorLeaks leaves a directory open without close-on-exec, as a
// shell may have left one to byhand.
func TestNoDescriptorLeaks(t *testing.T) {
	dir := t.TempDir()
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	look := []string{"/bin/sh", "-c", "readlink /proc/self/fd/" + strconv.Itoa(fd) + "; true"}
	if out, err := exec.Command(look[0], look[1:]...).CombinedOutput(); err != nil || !strings.Contains(string(out), dir) {
		t.Fatalf("a plain child has %q, %v; want the directory", out, err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	err = Run(t.Context(), nil, Command{Stage: "execute", Args: look, Stdout: w}, nil)
	w.Close()
	out, _ := io.ReadAll(r)
	if err != nil || len(out) > 0 {
		t.Errorf("descriptor %d of a stage's program = %q, %v; want none", fd, out, err)
	}
}

func BenchmarkOwnProgram(b *testing.B) {
	own, err := os.Open("/proc/self/exe")
	if err != nil {
		b.Fatal(err)
	}
	for name, open := range map[string]func() (*os.File, error){
		"program":  ownProgram,
		"readOnly": func() (*os.File, error) { return readOnly(own) },
		"sealed": func() (*os.File, error) {
			_, _ = own.Seek(0, io.SeekStart)
			return sealed(own)
		},
	} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				f, err := open()
				if err != nil {
					b.Fatal(err)
				}
				f.Close()
			}
		})
	}
}
