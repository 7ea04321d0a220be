// Loaded into Wine's server and into each program: a program that ends keeps its exit code. It is for tests, and in no package.
//
// Wine ends threads with a signal, and each then calls `pthread_exit`. The first such call loads libgcc_s.so.1. A second signal
// may end the thread meanwhile, and its lock on loading stays. The end of the program waits for that lock for ever, until the
// server kills it half a second later. So here the first call comes before any signal, and the server does not kill.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static void *end(void *nothing) {
    pthread_exit(nothing);
}

__attribute__((constructor)) static void load(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, end, NULL) == 0) pthread_join(thread, NULL);
}

int kill(pid_t process, int number) {
    // Whether the process is still there.
    if (number == SIGKILL) number = 0;
    return (int)syscall(SYS_kill, process, number);
}
