#define _GNU_SOURCE
#include "nd_door.h"

#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

int nd_accept(int listening, struct sockaddr *address, socklen_t *length) {
    int descriptor = accept4(listening, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int nd_watch_create(void) {
    int watch = epoll_create1(EPOLL_CLOEXEC);
    return watch < 0 ? -errno : watch;
}

int nd_watch_add(int watch, int descriptor, bool once) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | (once ? EPOLLET : 0), .data.fd = descriptor};
    return epoll_ctl(watch, EPOLL_CTL_ADD, descriptor, &event) == 0 ? 0 : -errno;
}

int nd_watch_remove(int watch, int descriptor) {
    return epoll_ctl(watch, EPOLL_CTL_DEL, descriptor, NULL) == 0 ? 0 : -errno;
}

int nd_watch_wait(int watch, int *ready, int most, int milliseconds) {
    struct epoll_event events[64];
    int count = epoll_wait(watch, events, most < 64 ? most : 64, milliseconds);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) ready[i] = events[i].data.fd;
    return count;
}

// The kernel's struct sched_attr: glibc has it since 2.41 only.
struct turns {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

int nd_short_turns(long microseconds) {
    struct turns turns = {.size = sizeof turns};
    // What it is now, its nice value among it.
    if (syscall(SYS_sched_getattr, 0, &turns, sizeof turns, 0) != 0) return errno;
    // Real-time threads are prompt already.
    if (turns.policy != 0) return 0;
    turns.size = sizeof turns;
    turns.runtime = (uint64_t)microseconds * 1000;
    return syscall(SYS_sched_setattr, 0, &turns, 0) == 0 ? 0 : errno;
}
