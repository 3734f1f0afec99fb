#ifndef ND_MEMORY_H
#define ND_MEMORY_H

#include <stddef.h>

/// Limits how many heaps malloc keeps apart for threads.
void nd_memory_arenas(int count);

/// Lets malloc keep so many bytes that are free, instead of giving them to the kernel and asking for them again with each
/// answer; what is as long as half of them gets a mapping of its own.
void nd_memory_keep(int bytes);

/// Gives free memory of the heap back to the kernel.
void nd_memory_trim(void);

/// Drops the page-table entries of clean file pages: each mapping of /proc/self/smaps that is `r--p` or `r-xp`, has an
/// inode and no anonymous page. No I/O, nothing is lost: pages come back from the page cache when they are touched.
/// A mapping with anonymous pages holds relocated copies, so it is left alone. Returns the bytes dropped.
size_t nd_memory_drop_clean(void);

#endif
