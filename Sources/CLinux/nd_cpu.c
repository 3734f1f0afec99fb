#include "nd_cpu.h"

#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

void nd_hypervisor_name(char name[13]) {
    memset(name, 0, 13);
#if defined(__x86_64__) || defined(__i386__)
    unsigned eax, ebx, ecx, edx;
    // Bit 31 of ECX: a hypervisor is there, and the leaf below it answers.
    if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx & (1U << 31)) == 0)
        return;
    __cpuid(0x40000000, eax, ebx, ecx, edx);
    memcpy(name, &ebx, 4);
    memcpy(name + 4, &ecx, 4);
    memcpy(name + 8, &edx, 4);
#endif
}
