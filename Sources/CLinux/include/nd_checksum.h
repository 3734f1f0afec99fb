#ifndef ND_CHECKSUM_H
#define ND_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli, reflected, polynomial 0x82f63b78) of `bytes` after what `crc` is of already; 0 to begin.
/// Swift cannot name the processor's instruction for it.
uint32_t nd_crc32c(uint32_t crc, const void *bytes, size_t count);

/// The same without the instruction: for tests, and what nd_crc32c is on other processors.
uint32_t nd_crc32c_table(uint32_t crc, const void *bytes, size_t count);

#endif
