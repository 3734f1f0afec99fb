#define _GNU_SOURCE
#include "nd_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/// Moves a descriptor above 2, so that dup2 onto 0…2 cannot overwrite one that is still needed.
static int above_standard(int fd) { return fd > 2 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 3); }

static void close_from(int first) {
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0U, 0) == 0)
        return;
#endif
    struct rlimit limit;
    int last = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
    for (int fd = first; fd < last; fd++)
        close(fd);
}

/// Runs in the child, which borrows the parent's memory until exec: no locks, no allocation, no return.
static void child(
    const char *path, char *const argv[], char *const envp[], const char *directory, const int fds[3], int death_signal,
    pid_t parent, volatile int *error) {
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &action, NULL);
    if (setpgid(0, 0) != 0)
        goto failed;
    if (death_signal != 0) {
        if (prctl(PR_SET_PDEATHSIG, death_signal) != 0)
            goto failed;
        // The parent may have ended before the line above took effect.
        if (getppid() != parent)
            _exit(127);
    }
    int moved[3];
    for (int index = 0; index < 3; index++)
        if ((moved[index] = above_standard(fds[index])) < 0)
            goto failed;
    for (int index = 0; index < 3; index++)
        if (dup2(moved[index], index) < 0)
            goto failed;
    if (directory != NULL && chdir(directory) != 0)
        goto failed;
    close_from(3);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(path, argv, envp);
failed:
    *error = errno;
    _exit(127);
}

int nd_spawn(
    const char *path, char *const argv[], char *const envp[], const char *directory, int stdin_fd, int stdout_fd,
    int stderr_fd, int death_signal) {
    const int fds[3] = {stdin_fd, stdout_fd, stderr_fd};
    const pid_t parent = getpid();
    volatile int error = 0;
    sigset_t all, before;
    // No handler of the parent may run in the child while both share memory.
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pid_t process = vfork();
    if (process == 0)
        child(path, argv, envp, directory, fds, death_signal, parent, &error);
    int fork_error = process < 0 ? errno : 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (fork_error != 0)
        return -fork_error;
    if (error != 0) {
        while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {
        }
        return -error;
    }
    return process;
}

int nd_has_ended(int process) {
    siginfo_t information;
    information.si_pid = 0;
    int result;
    do
        result = waitid(P_PID, (id_t)process, &information, WEXITED | WNOHANG | WNOWAIT);
    while (result != 0 && errno == EINTR);
    if (result != 0)
        return -errno;
    return information.si_pid == process;
}

int nd_reap(int process, int *code) {
    int status = 0;
    pid_t result;
    do
        result = waitpid(process, &status, WNOHANG);
    while (result < 0 && errno == EINTR);
    if (result < 0)
        return -errno;
    if (result == 0)
        return 0;
    *code = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    return 1;
}

int nd_pipe(int ends[2], int nonblocking) {
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -errno;
    if (nonblocking >= 0 && fcntl(ends[nonblocking], F_SETFL, O_NONBLOCK) != 0) {
        int error = errno;
        close(ends[0]);
        close(ends[1]);
        return -error;
    }
    return 0;
}

int nd_wakeup_create(void) {
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

char **nd_environment(void) { return environ; }
