#define _GNU_SOURCE
#define SYSLOG_NAMES
#include "nd_system.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
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

int nd_thread(void) { return (int)gettid(); }
