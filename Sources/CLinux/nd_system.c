#define _GNU_SOURCE
#define SYSLOG_NAMES
#include "nd_system.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

int nd_random(void *buffer, size_t count) {
    unsigned char *next = buffer;
    while (count > 0) {
        ssize_t got = getrandom(next, count, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno;
        next += got;
        count -= (size_t)got;
    }
    return 0;
}

size_t nd_raise_open_files(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    if (limit.rlim_cur < limit.rlim_max) {
        rlim_t before = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return (size_t)before;
    }
    return (size_t)limit.rlim_cur;
}

void nd_syslog(int priority, const char *text) { syslog(priority, "%s", text); }

void nd_openlog(const char *name, const char *facility) {
    static char kept[64];
    snprintf(kept, sizeof kept, "%s", name);
    int code = LOG_DAEMON;
    for (CODE *known = facilitynames; known->c_name; known++)
        if (strcmp(known->c_name, facility) == 0) code = known->c_val;
    openlog(kept, LOG_PID, code);
}

void nd_name_thread(const char *name) {
    char kept[16];
    snprintf(kept, sizeof kept, "%s", name);
    pthread_setname_np(pthread_self(), kept);
}

int nd_hurry_thread(void) {
    // The C library knows this call only since 2.41. 48 bytes are its first version, which every kernel takes.
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {.size = 48};
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return errno;
    if (attributes.policy != SCHED_OTHER) return 0;
    attributes.runtime = 100000;
    return syscall(SYS_sched_setattr, 0, &attributes, 0) == 0 ? 0 : errno;
}

int nd_thread(void) {
    static __thread int number;
    if (number == 0) number = (int)gettid();
    return number;
}
