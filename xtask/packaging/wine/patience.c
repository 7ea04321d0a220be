// Loaded into Wine's server: a process that ends has the time it needs. The server kills one that needs half a second after
// its last word, and on a busy computer the exit code is then that of a killed process.
// It is for tests, and in no package.
#define _GNU_SOURCE
#include <signal.h>
#include <sys/types.h>
#include <sys/syscall.h>
#include <unistd.h>

int kill(pid_t process, int number) {
    // Whether the process is still there.
    if (number == SIGKILL) number = 0;
    return (int)syscall(SYS_kill, process, number);
}
