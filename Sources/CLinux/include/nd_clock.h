#ifndef ND_CLOCK_H
#define ND_CLOCK_H

/// What the kernel knows about its clock: whether it is kept in step with a reference (`synchronized`), whether it
/// believes itself to be wrong, and by how many microseconds it still has to be moved. Returns 0, or an errno.
/// `struct timex` is not in Swift's Glibc module.
int nd_clock_state(int *synchronized, int *unsynchronized_flag, int *error_flag, long long *offset_microseconds);

#endif
