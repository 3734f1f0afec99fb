#ifndef ND_DOOR_H
#define ND_DOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/// Takes a connection that waits: a descriptor that does not block and closes on exec, or a negative errno. Swift's Glibc has
/// no `accept4`.
int nd_accept(int listening, struct sockaddr *address, socklen_t *length);

/// epoll(7), which Swift's Glibc does not have. A negative errno where it fails.
int nd_watch_create(void);

/// Waits for something to read on `descriptor` from now on: as long as there is something, or (`once`) when more comes.
int nd_watch_add(int watch, int descriptor, bool once);
int nd_watch_remove(int watch, int descriptor);

/// Waits at most so many milliseconds (-1: for ever). Fills `ready`, which has room for `most` (64 are used), and returns how
/// many descriptors are.
int nd_watch_wait(int watch, int *ready, int most, int milliseconds);

/// Throws away at most so many bytes that have come. Returns how many, 0 at the end, or a negative errno (-EAGAIN: nothing has come).
long nd_discard(int descriptor, size_t most);

/// Sends two pieces in a row as far as there is room, without a signal and without sending a last packet that is not full. Returns how
/// many bytes (0: no room), or a negative errno.
long nd_send_two(int descriptor, const void *first, size_t firstCount, const void *second, size_t secondCount);

#endif
