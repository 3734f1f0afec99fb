#ifndef ND_DOOR_H
#define ND_DOOR_H

#include <stdbool.h>
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

#endif
