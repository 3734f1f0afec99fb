#ifndef ND_PROCESS_H
#define ND_PROCESS_H

/// Starts a program the way Swift cannot: what lies between vfork and exec must be async-signal-safe.
///
/// The child gets its own process group, default signal dispositions and an empty signal mask, `stdin_fd`, `stdout_fd` and
/// `stderr_fd` as 0, 1 and 2 and no other descriptor, the working directory `directory` (NULL: stays), and is sent
/// `death_signal` when the calling *thread* ends (0: not). `argv` and `envp` end with NULL.
///
/// Returns the process id, or a negative errno when the process could not be made or the program not be executed.
int nd_spawn(
    const char *path, char *const argv[], char *const envp[], const char *directory, int stdin_fd, int stdout_fd,
    int stderr_fd, int death_signal);

/// Whether the child has ended, without reaping it: 1 ended, 0 runs, negative errno.
int nd_has_ended(int process);

/// Reaps a child that has ended. Returns 1 and sets `code` (its exit code, or -signal), 0 when it still runs, negative errno.
int nd_reap(int process, int *code);

/// A pipe whose ends both close on exec; the end `nonblocking` (0 or 1, -1 for none) does not block. 0 or a negative errno.
int nd_pipe(int ends[2], int nonblocking);

/// An eventfd that does not block and closes on exec, or a negative errno.
int nd_wakeup_create(void);

/// The environment of this process: Swift takes the C library's variable for shared state that races.
char **nd_environment(void);

#endif
