#define _GNU_SOURCE
#include "nd_memory.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void nd_memory_arenas(int count) { mallopt(M_ARENA_MAX, count); }

void nd_memory_keep(int bytes) {
    mallopt(M_TRIM_THRESHOLD, bytes);
    mallopt(M_MMAP_THRESHOLD, bytes / 2);
}

void nd_memory_trim(void) { malloc_trim(0); }

struct mapping {
    unsigned long start, end, resident;
    int clean;
};

static size_t drop(const struct mapping *mapping) {
    if (!mapping->clean || mapping->resident == 0) return 0;
    if (madvise((void *)mapping->start, mapping->end - mapping->start, MADV_DONTNEED) != 0) return 0;
    return mapping->resident * 1024;
}

size_t nd_memory_drop_clean(void) {
    FILE *maps = fopen("/proc/self/smaps", "re");
    if (!maps) return 0;
    size_t dropped = 0;
    struct mapping mapping = {0};
    char line[512];
    while (fgets(line, sizeof line, maps)) {
        unsigned long start, end, inode, kilobytes;
        char permissions[5];
        if (sscanf(line, "%lx-%lx %4s %*x %*s %lu", &start, &end, permissions, &inode) == 4) {
            dropped += drop(&mapping);
            int read_only = strcmp(permissions, "r--p") == 0 || strcmp(permissions, "r-xp") == 0;
            mapping = (struct mapping){start, end, 0, read_only && inode != 0};
        } else if (sscanf(line, "Rss: %lu", &kilobytes) == 1) {
            mapping.resident = kilobytes;
        } else if (sscanf(line, "Anonymous: %lu", &kilobytes) == 1 && kilobytes != 0) {
            mapping.clean = 0;
        }
    }
    dropped += drop(&mapping);
    fclose(maps);
    return dropped;
}
