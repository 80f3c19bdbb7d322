/* A program of a few hundred bytes for an image: it writes a word and ends. amd64.
   cc -static -nostdlib -s -Os -Wl,-z,noseparate-code,--build-id=none -o hello hello.c */
void _start(void)
{
	static const char text[] = "hello\n";
	long result;
	__asm__ volatile("syscall" : "=a"(result) : "0"(1), "D"(1), "S"(text), "d"(6) : "rcx", "r11", "memory"); /* write */
	__asm__ volatile("syscall" : "=a"(result) : "0"(231), "D"(0) : "rcx", "r11", "memory"); /* exit_group */
	for (;;)
		;
}
