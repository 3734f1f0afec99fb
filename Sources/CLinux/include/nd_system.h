#ifndef ND_SYSTEM_H
#define ND_SYSTEM_H

#include <stddef.h>

/// Fills `buffer` from the kernel's random source. Returns 0, or an errno.
int nd_random(void *buffer, size_t count);

/// Raises the soft limit of open files to the hard one. Returns the limit in force.
size_t nd_raise_open_files(void);

/// Writes one line to the system's log; `syslog` itself takes variable arguments.
void nd_syslog(int priority, const char *text);

/// Opens the system's log for the program word `name`, which is copied, with the facility of that name (`daemon` when
/// it is unknown).
void nd_openlog(const char *name, const char *facility);

/// Names the calling thread as `top -H` shows it; at most 15 bytes are kept.
void nd_name_thread(const char *name);

/// Asks the scheduler for the shortest turns for the calling thread, which it then gets sooner when it wakes (EEVDF: a short
/// slice is an early deadline). It takes no greater share of the processor, so everybody may ask. Returns 0, or an errno.
int nd_hurry_thread(void);

/// The kernel's number of the calling thread.
int nd_thread(void);

#endif
