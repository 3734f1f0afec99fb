#define _GNU_SOURCE
#include "nd_door.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/uio.h>

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

long nd_discard(int descriptor, size_t most) {
    ssize_t count;
    // TCP copies nothing with MSG_TRUNC (tcp(7)).
    do count = recv(descriptor, NULL, most, MSG_TRUNC | MSG_DONTWAIT);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

long nd_send_two(int descriptor, const void *first, size_t firstCount, const void *second, size_t secondCount) {
    struct iovec pieces[2] = {{(void *)first, firstCount}, {(void *)second, secondCount}};
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = secondCount > 0 ? 2 : 1};
    ssize_t count;
    do count = sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT | MSG_MORE);
    while (count < 0 && errno == EINTR);
    if (count < 0) return errno == EAGAIN ? 0 : -errno;
    return count;
}
