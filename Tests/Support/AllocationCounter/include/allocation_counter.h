// How often this thread has asked for memory, for tests of code that may not.
#pragma once

#include <stdint.h>

/// The number of blocks that the calling thread has asked for since it began: malloc and its relatives. Always 0 where
/// a sanitizer has put its own in their place.
uint64_t allocations_of_this_thread(void);
