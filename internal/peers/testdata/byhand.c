/* A container made by hand, as small as C can make it: what the others are
 * measured against. Usage: byhand ROOT PROGRAM. It has new mount, uts, ipc, pid
 * and network namespaces, a cgroup for each controller of v1 (or one of v2), the
 * usual file systems, and ROOT by pivot_root. Nothing is confined. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *v1[] = {"cpu", "cpuacct", "memory", "pids", "blkio", "freezer", "devices"};
enum { V1 = sizeof v1 / sizeof *v1 };
static char groups[V1][256];
static int count;

static void die(const char *what) { perror(what); exit(125); }

/* own finds this process's group of a controller of v1. */
static void own(const char *controller, char *path, size_t size) {
	char line[512], want[64];
	FILE *f = fopen("/proc/self/cgroup", "r");
	if (!f) die("/proc/self/cgroup");
	snprintf(want, sizeof want, ",%s,", controller);
	*path = 0;
	while (fgets(line, sizeof line, f)) {
		char *names = strchr(line, ':') + 1, *dir = strchr(names, ':'), have[128];
		*dir++ = 0;
		dir[strcspn(dir, "\n")] = 0;
		snprintf(have, sizeof have, ",%s,", names);
		if (strstr(have, want)) snprintf(path, size, "%s", dir);
	}
	fclose(f);
}

static void make_groups(void) {
	int v2 = access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0;
	for (int i = 0; i < (v2 ? 1 : V1); i++) {
		char path[128];
		own(v2 ? "" : v1[i], path, sizeof path);
		if (v2)
			snprintf(groups[count], sizeof *groups, "/sys/fs/cgroup/byhand-c-%d", getpid());
		else
			snprintf(groups[count], sizeof *groups, "/sys/fs/cgroup/%s%s/byhand-c-%d", v1[i], path, getpid());
		if (mkdir(groups[count], 0755) == 0) count++;
	}
}

static void join_groups(void) {
	for (int i = 0; i < count; i++) {
		char file[2048];
		snprintf(file, sizeof file, "%s/tasks", groups[i]);
		if (access(file, F_OK)) snprintf(file, sizeof file, "%s/cgroup.procs", groups[i]);
		int fd = open(file, O_WRONLY);
		if (fd < 0 || write(fd, "0", 1) != 1) die(file);
		close(fd);
	}
}

static void inside(const char *root, char **program) {
	join_groups();
	if (mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL)) die("mount /");
	if (mount(root, root, NULL, MS_BIND | MS_REC, NULL) || chdir(root)) die(root);
	if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL)) die("proc");
	if (mount("tmpfs", "dev", "tmpfs", MS_NOSUID, "mode=755")) die("dev");
	if (mkdir("dev/pts", 0755) || mkdir("dev/shm", 0755) || mkdir("dev/mqueue", 0755)) die("mkdir");
	if (mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666")) die("devpts");
	if (mount("shm", "dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777")) die("shm");
	if (mount("mqueue", "dev/mqueue", "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL)) die("mqueue");
	if (mount("sysfs", "sys", "sysfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL)) die("sysfs");
	sethostname("box", 3);
	if (syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/")) die("pivot_root");
	execv(program[0], program);
	die(program[0]);
}

int main(int argc, char **argv) {
	int status;
	if (argc < 3) return 2;
	make_groups();
	long pid = syscall(SYS_clone, CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0);
	if (pid < 0) die("clone");
	if (pid == 0) inside(argv[1], argv + 2);
	if (waitpid(pid, &status, 0) < 0) die("waitpid");
	for (int i = 0; i < count; i++) rmdir(groups[i]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
